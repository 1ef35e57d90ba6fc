using System.Diagnostics.Metrics;

namespace SdFleet.Worker.Devices;

/// <summary>
/// Metrics of the worker's device, looked up when somebody collects them. What cannot be known has no instrument: no money without a
/// price, no memory without a GPU that tells. The memory of a worker on the CPU is its process's, which .NET measures itself
/// (<c>dotnet.process.memory.working_set</c>).
/// </summary>
internal sealed class DeviceMetrics : IDisposable
{
    private readonly Meter _meter = new(WorkerMetrics.MeterName);

    /// <param name="model">The model's name in the fleet.</param>
    /// <param name="price">What the device costs.</param>
    /// <param name="readMemory">Gives the GPU's memory; null where there is no GPU, or it does not tell.</param>
    /// <param name="since">Since when the worker has had the device: a timestamp of <paramref name="clock"/>.</param>
    /// <param name="clock">Tells how long.</param>
    public DeviceMetrics(string model, DevicePrice price, Func<GpuMemory?> readMemory, long since, TimeProvider clock)
    {
        var label = WorkerMetrics.Model(model);
        _meter.CreateObservableCounter<double>(
            "sdfleet.worker.held.time", () => new Measurement<double>(Held(), label), "s", "Seconds that the worker has had its device, at work or not.");
        if (price.PerHour is not null)
        {
            _meter.CreateObservableCounter<double>(
                "sdfleet.worker.held.cost", () => new Measurement<double>(price.Of(Held()) ?? 0, label), "{currency}", "What those seconds have cost.");
        }

        if (readMemory() is not null)
        {
            _meter.CreateObservableUpDownCounter<long>("hw.gpu.memory.usage", () => Read(memory => memory.Used), "By", "GPU memory used.");
            _meter.CreateObservableUpDownCounter<long>("hw.gpu.memory.limit", () => Read(memory => memory.Limit), "By", "Size of the GPU memory.");
        }

        double Held() => clock.GetElapsedTime(since).TotalSeconds;

        // A GPU that was lost on the way says nothing more.
        IEnumerable<Measurement<long>> Read(Func<GpuMemory, long> part) => readMemory() is { } memory
            ? [new Measurement<long>(part(memory), label, new("hw.id", memory.Id), new("hw.type", "gpu"))]
            : [];
    }

    public void Dispose() => _meter.Dispose();
}
