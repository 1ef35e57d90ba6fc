using SdFleet.Worker.Devices;

namespace SdFleet.Worker.Tests.Devices;

public sealed class DeviceMetricsTests
{
    // Of one test alone each: the instruments are the process's.
    private readonly string _model = $"device-{Guid.NewGuid():N}";

    [Fact]
    public void Metrics_PriceAndMemoryKnown_SayWhatTheDeviceIsAndCosts()
    {
        using var measurements = new Measurements();
        var anHourAgo = TimeProvider.System.GetTimestamp() - (3600 * TimeProvider.System.TimestampFrequency);
        using var metrics = new DeviceMetrics(_model, new DevicePrice(0.9), () => new GpuMemory("GPU-1", 3L << 30, 8L << 30), anHourAgo, TimeProvider.System);

        var found = measurements.Observe(_model);

        Assert.Equal(
            ["hw.gpu.memory.limit", "hw.gpu.memory.usage", "sdfleet.worker.held.cost", "sdfleet.worker.held.time"], found.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((3L << 30, 8L << 30), (found["hw.gpu.memory.usage"].Value, found["hw.gpu.memory.limit"].Value));
        Assert.Equal(("GPU-1", "gpu"), (found["hw.gpu.memory.usage"].Tags["hw.id"], found["hw.gpu.memory.usage"].Tags["hw.type"]));
        Assert.InRange(found["sdfleet.worker.held.time"].Value, 3600, 3660);
        Assert.InRange(found["sdfleet.worker.held.cost"].Value, 0.9, 0.9 * 3660 / 3600);
    }

    [Fact]
    public void Metrics_NeitherKnown_AreNotThere()
    {
        using var measurements = new Measurements();
        using var metrics = new DeviceMetrics(_model, new DevicePrice(null), () => null, TimeProvider.System.GetTimestamp(), TimeProvider.System);

        Assert.Equal("sdfleet.worker.held.time", Assert.Single(measurements.Observe(_model)).Key);
    }

    [Fact]
    public void Metrics_GpuIsLost_SaysNothingMoreOfItsMemory()
    {
        using var measurements = new Measurements();
        GpuMemory? memory = new GpuMemory("GPU-1", 1, 2);
        using var metrics = new DeviceMetrics(_model, new DevicePrice(null), () => memory, TimeProvider.System.GetTimestamp(), TimeProvider.System);
        Assert.Equal(3, measurements.Observe(_model).Count);

        memory = null;

        Assert.Single(measurements.Observe(_model));
    }
}
