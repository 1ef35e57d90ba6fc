namespace SdFleet.Worker.Reporting;

/// <summary>Who this worker is: a new one each time the process starts.</summary>
internal sealed class WorkerIdentity(TimeProvider clock)
{
    /// <summary>Unique, and readable in a log: the host's name and a short random part.</summary>
    public string Id { get; } = NewId();

    /// <summary>When the process started.</summary>
    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    /// <summary>A name that no other process has.</summary>
    public static string NewId() => $"{Environment.MachineName.ToLowerInvariant()}-{Guid.NewGuid().ToString("N")[..8]}";
}
