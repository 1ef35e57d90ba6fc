using System.Globalization;

namespace SdFleet.Benchmarks;

/// <summary>The memory of this process as the kernel counts it, in bytes.</summary>
internal static class ProcessMemory
{
    /// <summary>The most that it ever had.</summary>
    public static long Peak() => Read("VmHWM:");

    /// <summary>The most that another process ever had; 0 where it is gone.</summary>
    public static long Peak(int process)
    {
        try
        {
            return Read("VmHWM:", process.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return 0;
        }
    }

    /// <summary>What it has.</summary>
    public static long Now() => Read("VmRSS:");

    private static long Read(string field, string process = "self")
    {
        var line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}
