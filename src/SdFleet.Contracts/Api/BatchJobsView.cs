namespace SdFleet.Contracts.Api;

/// <summary>How many jobs of a batch stand where.</summary>
public sealed record BatchJobsView
{
    /// <summary>Waiting in the store.</summary>
    public required long Queued { get; init; }

    /// <summary>In a work queue.</summary>
    public required long Released { get; init; }

    /// <summary>With a worker.</summary>
    public required long Running { get; init; }

    /// <summary>Done.</summary>
    public required long Completed { get; init; }

    /// <summary>Given up.</summary>
    public required long Failed { get; init; }

    /// <summary>Stopped.</summary>
    public required long Cancelled { get; init; }
}
