namespace SdFleet.Worker.Models;

/// <summary>The processor by its own name, where the system tells it.</summary>
internal static class Processor
{
    public static string Name { get; } = Read();

    private static string Read()
    {
        const string CpuInfo = "/proc/cpuinfo";
        var line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? "CPU";
    }
}
