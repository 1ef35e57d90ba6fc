namespace SdFleet.Contracts.Jobs;

/// <summary>
/// One attempt at one job, from the coordinator to whichever worker of the model takes it: seconds of GPU work.
/// <see cref="Attempt"/> fences: events of an older attempt no longer move the job, except a success, which always counts.
/// </summary>
public sealed record GenerateImages
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>1 for the first release, one more each time the job is released again.</summary>
    public required int Attempt { get; init; }

    /// <summary>Whose job it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>The lane it was released in.</summary>
    public required Lane Lane { get; init; }

    /// <summary>What to make.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>How many pictures.</summary>
    public required int Images { get; init; }

    /// <summary>Folder of the artifacts, fixed at admission, so that every attempt writes the same names.</summary>
    public required string ArtifactFolder { get; init; }

    /// <summary>When the job was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When this attempt was released.</summary>
    public required DateTimeOffset ReleasedAt { get; init; }
}
