using SdFleet.Contracts.Batches;

namespace SdFleet.Contracts.Api;

/// <summary>A batch as <c>GET /v1/batches/{id}</c> shows it.</summary>
public sealed record BatchView
{
    /// <summary>The batch's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What was said of it.</summary>
    public string? Description { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>Where it stands.</summary>
    public required BatchState State { get; init; }

    /// <summary>True while nothing of it is expanded or released.</summary>
    public required bool Paused { get; init; }

    /// <summary>Its lines.</summary>
    public required long Lines { get; init; }

    /// <summary>Lines that have become a job or a problem.</summary>
    public required long LinesRead { get; init; }

    /// <summary>Lines that have become a problem.</summary>
    public required long BadLines { get; init; }

    /// <summary>Its jobs by state.</summary>
    public required BatchJobsView Jobs { get; init; }

    /// <summary>Pictures that its jobs so far ask for.</summary>
    public required long Images { get; init; }

    /// <summary>Pictures that are finished.</summary>
    public required long ImagesDone { get; init; }

    /// <summary>Attempts that ended in a failure.</summary>
    public required long Failures { get; init; }

    /// <summary>Attempts that ended because a worker went away.</summary>
    public required long Evictions { get; init; }

    /// <summary>Pictures a second over the last minutes; only for one batch that is not over.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Workers that run a job of it now; only for one batch that is not over.</summary>
    public int? Workers { get; init; }

    /// <summary>When it will be done if it goes on like in the last minutes; null while that is unknown.</summary>
    public DateTimeOffset? EstimatedEnd { get; init; }

    /// <summary>Why jobs failed for good, the commonest reasons first; only for one batch.</summary>
    public IReadOnlyList<BatchFailureView>? FailedBecause { get; init; }

    /// <summary>Why it was given up.</summary>
    public string? Error { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When it reached its end.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
