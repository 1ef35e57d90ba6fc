namespace SdFleet.Contracts.Events;

/// <summary>
/// What a worker has to say of several attempts at one moment. Each report means what it means alone, and may come twice; where a
/// message is a job, four of five would be reports, and a broker counts messages, not bytes.
/// </summary>
public sealed record JobReports
{
    /// <summary>Attempts that have begun.</summary>
    public IReadOnlyList<JobStarted> Started { get; init; } = [];

    /// <summary>Attempts whose pictures are stored.</summary>
    public IReadOnlyList<JobCompleted> Completed { get; init; } = [];

    /// <summary>Attempts that have ended without their pictures.</summary>
    public IReadOnlyList<JobFailed> Failed { get; init; } = [];
}
