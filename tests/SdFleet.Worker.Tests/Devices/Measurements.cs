using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace SdFleet.Worker.Tests.Devices;

/// <summary>What the worker's instruments say while it is there; instruments belong to the process, and so to all tests.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly ConcurrentQueue<(string Name, double Value, IReadOnlyDictionary<string, object?> Tags)> _all = new();
    private readonly MeterListener _listener = new();

    public Measurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == WorkerMetrics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Everything so far, in order.</summary>
    public IReadOnlyCollection<(string Name, double Value, IReadOnlyDictionary<string, object?> Tags)> All => _all;

    /// <summary>What the observed instruments say now of one model, by name.</summary>
    public Dictionary<string, (double Value, IReadOnlyDictionary<string, object?> Tags)> Observe(string model)
    {
        _all.Clear();
        _listener.RecordObservableInstruments();
        return _all.Where(m => m.Tags.GetValueOrDefault("sdfleet.model") is string name && name == model).ToDictionary(m => m.Name, m => (m.Value, m.Tags), StringComparer.Ordinal);
    }

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary(StringComparer.Ordinal)));
}
