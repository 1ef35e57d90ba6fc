using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>A job to admit.</summary>
public sealed record NewJob
{
    /// <summary>What was submitted, with every default filled in.</summary>
    public required ResolvedJob Job { get; init; }

    /// <summary>Folder of its artifacts; fixed here, so that every attempt writes the same names.</summary>
    public required string ArtifactFolder { get; init; }

    /// <summary><see cref="JobDigest"/> of <see cref="Job"/>: tells a repeated submission from a different one under the same id.</summary>
    public required string Digest { get; init; }

    /// <summary>When it is admitted.</summary>
    public required DateTimeOffset AdmittedAt { get; init; }

    /// <summary>W3C <c>traceparent</c> of the submission, so that its attempts continue its trace.</summary>
    public string? Traceparent { get; init; }
}
