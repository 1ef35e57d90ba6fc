using Microsoft.ML.OnnxRuntime;

namespace SdFleet.Diffusion.Onnx;

/// <summary>One loaded model file.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OnnxDevice _device;

    private OnnxSession(string file, InferenceSession session, OnnxDevice device)
    {
        File = file;
        _session = session;
        _device = device;
        Inputs = [.. session.InputNames.Select(name => OnnxTensorSpec.From(name, session.InputMetadata[name]))];
        Outputs = [.. session.OutputNames.Select(name => OnnxTensorSpec.From(name, session.OutputMetadata[name]))];
    }

    /// <summary>The model file.</summary>
    public string File { get; }

    /// <summary>The model's inputs in its order.</summary>
    public IReadOnlyList<OnnxTensorSpec> Inputs { get; }

    /// <summary>The model's outputs in its order.</summary>
    public IReadOnlyList<OnnxTensorSpec> Outputs { get; }

    /// <summary>Loads a model file.</summary>
    /// <exception cref="ModelFormatException">ONNX Runtime cannot load it.</exception>
    public static OnnxSession Load(string file, OnnxDevice device)
    {
        using SessionOptions options = device.CreateSessionOptions();
        try
        {
            return new(file, new InferenceSession(file, options), device);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelFormatException(file, $"a model that ONNX Runtime {OnnxEnvironment.Version} can load", error.Message, error);
        }
    }

    /// <summary>A call that is made many times with the same buffers; the caller disposes it.</summary>
    public OnnxCall CreateCall() => new(File, _session, rebindInputs: _device.HasOwnMemory);

    /// <summary>Runs the model once. ONNX Runtime makes the output, whose shape need not be known; the caller disposes it.</summary>
    public OnnxResult Run(IReadOnlyDictionary<string, OrtValue> inputs, OnnxTensorSpec output, RunScope scope) =>
        new(scope.Run(File, options => _session.Run(options, inputs, [output.Name])), output.Type);

    /// <summary>Runs the model once for several outputs.</summary>
    /// <returns>Their values, each in row-major order.</returns>
    public IReadOnlyList<float[]> Run(
        IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyList<OnnxTensorSpec> outputs, RunScope scope)
    {
        string[] names = [.. outputs.Select(output => output.Name)];
        using IDisposableReadOnlyCollection<OrtValue> values = scope.Run(File, options => _session.Run(options, inputs, names));
        return [.. outputs.Select((output, i) => OnnxResult.ToArray(values[i], output.Type))];
    }

    /// <summary>Frees the model. No call may be running.</summary>
    public void Dispose() => _session.Dispose();
}
