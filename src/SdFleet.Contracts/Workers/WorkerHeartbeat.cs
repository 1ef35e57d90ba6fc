using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Workers;

/// <summary>
/// A worker's sign of life, sent every few seconds by a timer of its own that only ticks while steps advance.
/// It renews the leases of the attempts it names.
/// </summary>
public sealed record WorkerHeartbeat
{
    /// <summary>Unique for each start of a worker process.</summary>
    public required string WorkerId { get; init; }

    /// <summary>Host or pod.</summary>
    public required string Host { get; init; }

    /// <summary>The model it has loaded.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 over the model's component files; null until loaded.</summary>
    public string? ModelDigest { get; init; }

    /// <summary>Execution provider, e.g. <c>CPU</c>.</summary>
    public required string ExecutionProvider { get; init; }

    /// <summary>Device, e.g. the processor's or GPU's name.</summary>
    public required string Device { get; init; }

    /// <summary>ONNX Runtime's version.</summary>
    public required string RuntimeVersion { get; init; }

    /// <summary>SdFleet's version.</summary>
    public required string Version { get; init; }

    /// <summary>What it is doing.</summary>
    public required WorkerState State { get; init; }

    /// <summary>Attempts in its hands.</summary>
    public required IReadOnlyList<HeldAttempt> Holds { get; init; }

    /// <summary>Pictures it has stored since it started.</summary>
    public required long ImagesDone { get; init; }

    /// <summary>Seconds of the device that those pictures cost together; null from a worker that does not say.</summary>
    public double? GpuSeconds { get; init; }

    /// <summary>Work that they were together, by <see cref="RecipeWork.PixelPasses"/>; null from a worker that does not say.</summary>
    public double? PixelPasses { get; init; }

    /// <summary>Bytes of their files together; null from a worker that does not say.</summary>
    public long? BytesStored { get; init; }

    /// <summary>When the process started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}
