using System.Globalization;

namespace SdFleet.Benchmarks.Fleet;

/// <summary>What processes have used of the processors and of memory, as the kernel counts it.</summary>
internal static class ProcessTime
{
    // Fields of /proc/PID/stat, counted from the one after the name, which may hold anything.
    private const int Parent = 1;
    private const int UserTime = 11;
    private const int SystemTime = 12;
    private const int UserTimeOfEnded = 13;
    private const int SystemTimeOfEnded = 14;
    private const double TicksPerSecond = 100;

    /// <summary>Processor seconds of one process.</summary>
    public static double OfProcess(int process) => Read(process) is { } stat ? Seconds(stat, UserTime, SystemTime) : 0;

    /// <summary>Processor seconds of processes and everything that they have started, what has ended since included.</summary>
    public static double OfTrees(IReadOnlyCollection<int> roots)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Stat: Read(id)))
            .Where(p => p.Stat is not null)
            .ToDictionary(p => p.Id, p => p.Stat!);
        var children = all.ToLookup(p => int.Parse(p.Value[Parent], CultureInfo.InvariantCulture), p => p.Key);
        var waiting = new Queue<int>(roots);
        var counted = new HashSet<int>();
        var seconds = 0.0;
        while (waiting.TryDequeue(out var id))
        {
            if (counted.Add(id) && all.TryGetValue(id, out var stat))
            {
                seconds += Seconds(stat, UserTime, SystemTime, UserTimeOfEnded, SystemTimeOfEnded);
                foreach (var child in children[id])
                {
                    waiting.Enqueue(child);
                }
            }
        }

        return seconds;
    }

    /// <summary>Bytes of memory that a process has.</summary>
    public static long Memory(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    private static double Seconds(string[] stat, params ReadOnlySpan<int> fields)
    {
        var ticks = 0L;
        foreach (var field in fields)
        {
            ticks += long.Parse(stat[field], CultureInfo.InvariantCulture);
        }

        return ticks / TicksPerSecond;
    }

    // Null for a process that has gone in the meantime.
    private static string[]? Read(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
