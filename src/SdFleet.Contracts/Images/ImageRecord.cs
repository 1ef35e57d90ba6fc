using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Images;

/// <summary>What is known of one finished picture; with the job's recipe, enough to make it again.</summary>
public sealed record ImageRecord
{
    /// <summary>Place within the job, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Name in the artifact store.</summary>
    public required string Artifact { get; init; }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Length of the file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>The picture's own seed.</summary>
    public required long Seed { get; init; }

    /// <summary>The attempt that made it.</summary>
    public required int Attempt { get; init; }

    /// <summary>The worker that made it.</summary>
    public required string WorkerId { get; init; }

    /// <summary>SHA-256 over the model's component files, lower-case hex.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>The LoRAs that changed its weights, each with the SHA-256 of its file; null for none.</summary>
    public IReadOnlyList<RecipeLora>? Loras { get; init; }

    /// <summary>ONNX Runtime's version.</summary>
    public required string RuntimeVersion { get; init; }

    /// <summary>Execution provider, e.g. <c>CPU</c> or <c>CUDA</c>.</summary>
    public required string ExecutionProvider { get; init; }

    /// <summary>Device, e.g. the processor's or GPU's name.</summary>
    public required string Device { get; init; }

    /// <summary>Time spent in the stages, on all its draws, shared evenly among the pictures of one micro-batch.</summary>
    public required ImageTimings Timings { get; init; }

    /// <summary>What the job's filters measured; null where there were none.</summary>
    public ImageScores? Scores { get; init; }

    /// <summary>Why it is not wanted; null where it is.</summary>
    public FilterReason? Filtered { get; init; }

    /// <summary>The draws before it that were not wanted, in order; null for none.</summary>
    public IReadOnlyList<FilteredDraw>? Draws { get; init; }

    /// <summary>W3C trace id of the attempt, or null when it was not traced.</summary>
    public string? TraceId { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
