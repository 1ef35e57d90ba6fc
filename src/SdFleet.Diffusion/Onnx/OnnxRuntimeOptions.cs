namespace SdFleet.Diffusion.Onnx;

/// <summary>How models are loaded and run.</summary>
public sealed record OnnxRuntimeOptions
{
    /// <summary>What computes. Default: the processor.</summary>
    public ExecutionProvider Provider { get; init; }

    /// <summary>
    /// Whether the processor may stand in where <see cref="Provider"/> cannot be had. Default no: that is an error then. What was taken,
    /// and why, is in <see cref="Pipelines.PipelineInfo"/>.
    /// </summary>
    public bool AllowCpuFallback { get; init; }

    /// <summary>Which GPU, counted from 0.</summary>
    public int DeviceId { get; init; }

    /// <summary>Threads that work on one operator, 1 to 1024; 0, the default, takes one a processor core.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Whether threads that wait for work keep their core busy. A little faster on a machine of one's own, slower for everybody on a shared
    /// one. Default no.
    /// </summary>
    public bool SpinningThreads { get; init; }

    /// <summary>
    /// Whether a GPU must take only algorithms that give the same bits each time. The processor does so anyway, for the same number of
    /// threads and the same batch. Default yes.
    /// </summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>How far models are rewritten at load. Default: as far as possible.</summary>
    public GraphOptimization Optimization { get; init; } = GraphOptimization.All;

    internal void Validate()
    {
        Check(nameof(Provider), (int)Provider, 0, (int)ExecutionProvider.TensorRt);
        Check(nameof(DeviceId), DeviceId, 0, 1023);
        Check(nameof(Threads), Threads, 0, 1024);
        Check(nameof(Optimization), (int)Optimization, 0, (int)GraphOptimization.All);
    }

    private static void Check(string field, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            throw new ArgumentException(FormattableString.Invariant($"{field} is {value}; it must be within {min} to {max}."), field);
        }
    }
}
