using SdFleet.Worker.Models;

namespace SdFleet.Worker.Devices;

/// <summary>Keeps <see cref="DeviceMetrics"/> from when the model is loaded; the seconds count from the worker's start, loading included.</summary>
internal sealed class DeviceMetricsService(LoadedModel model, DevicePrice price, TimeProvider clock) : IHostedService, IDisposable
{
    private readonly long _since = clock.GetTimestamp();
    private DeviceMetrics? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _metrics = new DeviceMetrics(model.Name, price, model.Model.ReadGpuMemory, _since, clock);
        if (price.PerHour is not null)
        {
            WorkerMetrics.GpuCost.Add(0, WorkerMetrics.Model(model.Name));
        }

        return Task.CompletedTask;
    }

    // Not ended here: what is collected while the worker drains is still true.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _metrics?.Dispose();
}
