namespace SdFleet.Worker.Reporting;

/// <summary>Who this worker is: a new one each time the process starts.</summary>
internal sealed class WorkerIdentity(TimeProvider clock)
{
    /// <summary>Unique, and readable in a log: the host's name and a short random part.</summary>
    public string Id { get; } = $"{Environment.MachineName.ToLowerInvariant()}-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>The processor's name, where the system tells it.</summary>
    public string Device { get; } = ReadProcessorName();

    /// <summary>When the process started.</summary>
    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    private static string ReadProcessorName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        var line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? "CPU";
    }
}
