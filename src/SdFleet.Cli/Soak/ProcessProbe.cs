using System.Diagnostics;
using System.Globalization;

namespace SdFleet.Cli.Soak;

/// <summary>What a process takes, by what Linux says of it under /proc.</summary>
internal sealed class ProcessProbe
{
    private TimeSpan _processorTime;
    private long _readAt;
    private int _process;

    /// <summary>What the process takes now; nothing where it has ended.</summary>
    /// <param name="process">Its number.</param>
    public IReadOnlyDictionary<Measure, double> Read(int process)
    {
        try
        {
            var status = File.ReadLines($"/proc/{process}/status").Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
                .ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.Ordinal);
            var values = new Dictionary<Measure, double>
            {
                [Measure.Memory] = Number(status["VmRSS"].Split(' ')[0]) * 1024,
                [Measure.Threads] = Number(status["Threads"]),
                [Measure.OpenFiles] = Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count(),
            };
            if (Cores(process) is { } cores)
            {
                values[Measure.Processor] = cores;
            }

            return values;
        }
        catch (Exception e) when (e is IOException or KeyNotFoundException or ArgumentException or InvalidOperationException)
        {
            // It has ended: its /proc is gone, or empty.
            return new Dictionary<Measure, double>();
        }
    }

    // Null for a process that was not there the last time.
    private double? Cores(int process)
    {
        using var running = Process.GetProcessById(process);
        var (used, now) = (running.TotalProcessorTime, Stopwatch.GetTimestamp());
        double? cores = process == _process ? (used - _processorTime) / Stopwatch.GetElapsedTime(_readAt, now) : null;
        (_processorTime, _readAt, _process) = (used, now, process);
        return cores;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
