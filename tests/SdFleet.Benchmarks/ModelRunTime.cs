using System.Diagnostics.Metrics;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Benchmarks;

/// <summary>Adds up what the pipeline reports of its model runs.</summary>
internal sealed class ModelRunTime : IDisposable
{
    private readonly MeterListener _listener = new();

    public ModelRunTime()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == DiffusionTelemetry.SourceName && instrument.Name == DiffusionTelemetry.RunDuration)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            var component = (string)tags[0].Value!;
            var (sum, count) = ByComponent.GetValueOrDefault(component);
            ByComponent[component] = (sum + seconds, count + 1);
        });
        _listener.Start();
    }

    public Dictionary<string, (double Seconds, int Count)> ByComponent { get; } = [];

    public double Total => ByComponent.Values.Sum(c => c.Seconds);

    public void Reset() => ByComponent.Clear();

    public void Dispose() => _listener.Dispose();
}
