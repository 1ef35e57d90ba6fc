using System.Diagnostics.Metrics;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Benchmarks;

/// <summary>Adds up what the library reports of its models: the time of their runs, or of the phases of loading them.</summary>
internal sealed class ModelDurations : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();

    /// <param name="instrument">A histogram of <see cref="DiffusionTelemetry"/>.</param>
    /// <param name="tags">The tags by which measurements are told apart, such as sdfleet.component.</param>
    public ModelDurations(string instrument, params string[] tags)
    {
        _listener.InstrumentPublished = (published, listener) =>
        {
            if (published.Meter.Name == DiffusionTelemetry.SourceName && published.Name == instrument)
            {
                listener.EnableMeasurementEvents(published);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, measured, _) =>
        {
            var values = measured.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            var key = string.Join(' ', tags.Select(tag => values[tag]));
            lock (_lock)
            {
                var (sum, count) = By.GetValueOrDefault(key);
                By[key] = (sum + seconds, count + 1);
            }
        });
        _listener.Start();
    }

    /// <summary>By the values of the tags, with a space between them.</summary>
    public Dictionary<string, (double Seconds, int Count)> By { get; } = [];

    public double Total => By.Values.Sum(c => c.Seconds);

    public void Reset() => By.Clear();

    public void Dispose() => _listener.Dispose();
}
