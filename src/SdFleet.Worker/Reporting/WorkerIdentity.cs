using SdFleet.Diffusion.Onnx;
using SdFleet.Worker.Inference;

namespace SdFleet.Worker.Reporting;

/// <summary>Who this worker is: a new one each time the process starts.</summary>
internal sealed class WorkerIdentity(LoadedModel model, TimeProvider clock)
{
    /// <summary>Unique, and readable in a log: the host's name and a short random part.</summary>
    public string Id { get; } = $"{Environment.MachineName.ToLowerInvariant()}-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>What computes: a GPU as the runtime names it, or the processor by its own name, where the system tells it.</summary>
    public string Device => model.Pipeline.Info.Provider == ExecutionProvider.Cpu ? Processor : model.Pipeline.Info.Device;

    /// <summary>When the process started.</summary>
    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    private static string Processor { get; } = ReadProcessorName();

    private static string ReadProcessorName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        var line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? "CPU";
    }
}
