using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;

namespace SdFleet.JobStore;

/// <summary>A batch to admit.</summary>
public sealed record NewBatch
{
    /// <summary>What was submitted.</summary>
    public required SubmitBatch Batch { get; init; }

    /// <summary><see cref="BatchDigest"/> of <see cref="Batch"/>: tells a repeated submission from a different one under the same id.</summary>
    public required string Digest { get; init; }

    /// <summary>When it is admitted.</summary>
    public required DateTimeOffset AdmittedAt { get; init; }

    /// <summary>W3C <c>traceparent</c> of the submission, which the attempts at its jobs continue.</summary>
    public string? Traceparent { get; init; }
}
