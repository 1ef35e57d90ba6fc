using System.Globalization;

namespace SdFleet.Benchmarks;

/// <summary>The memory of this process as the kernel counts it, in bytes.</summary>
internal static class ProcessMemory
{
    /// <summary>The most that it ever had.</summary>
    public static long Peak() => Read("VmHWM:");

    /// <summary>What it has.</summary>
    public static long Now() => Read("VmRSS:");

    private static long Read(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}
