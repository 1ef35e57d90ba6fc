using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// Ties the model runs of one generation to a cancellation token: cancelling ends a run in its middle. The one place that turns
/// ONNX Runtime's errors into .NET's.
/// </summary>
internal sealed class RunScope : IDisposable
{
    // Gives the memory that a run has taken beside the weights back to the system when it ends.
    private const string Release = "memory.enable_memory_arena_shrinkage";

    private readonly RunOptions _options = new();
    private readonly RunOptions _releasing = new();
    private readonly CancellationToken _token;
    private readonly CancellationTokenRegistration _registration;

    public RunScope(CancellationToken token)
    {
        _token = token;
        _releasing.AddRunConfigEntry(Release, "cpu:0");
        _registration = token.Register(() => _options.Terminate = _releasing.Terminate = true);
    }

    /// <summary>Throws where the token is cancelled: to be asked between runs.</summary>
    public void ThrowIfCancelled() => _token.ThrowIfCancellationRequested();

    /// <summary>Runs a model.</summary>
    /// <param name="file">The model file, for messages.</param>
    /// <param name="run">The run; it must use the options it is given.</param>
    /// <param name="release">Whether ONNX Runtime then gives the processor's memory back; else it keeps it for the next run.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled, before the run or in it.</exception>
    /// <exception cref="InferenceException">The run failed.</exception>
    public T Run<T>(string file, Func<RunOptions, T> run, bool release = false)
    {
        ThrowIfCancelled();
        long started = Stopwatch.GetTimestamp();
        try
        {
            return run(release ? _releasing : _options);
        }
        catch (OnnxRuntimeException error)
        {
            // ONNX Runtime has no error code of its own for a run that was told to stop.
            throw _token.IsCancellationRequested
                ? new OperationCanceledException("The generation was cancelled inside a model run.", error, _token)
                : new InferenceException(file, error);
        }
        finally
        {
            ModelRuns.Record(file, started, release);
        }
    }

    /// <summary>Waits for a cancellation that is just being handed on, then frees.</summary>
    public void Dispose()
    {
        _registration.Dispose();
        _options.Dispose();
        _releasing.Dispose();
    }
}
