using System.Diagnostics.Metrics;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>Counts the runs of each model on this thread: other tests run at the same time.</summary>
internal sealed class RunCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, int> _runs = [];

    public RunCounter()
    {
        int thread = Environment.CurrentManagedThreadId;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == DiffusionTelemetry.SourceName && instrument.Name == DiffusionTelemetry.RunDuration)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            if (Environment.CurrentManagedThreadId == thread)
            {
                string component = (string)tags[0].Value!;
                _runs[component] = this[component] + 1;
                Seconds += seconds;
            }
        });
        _listener.Start();
    }

    /// <summary>The time inside all of them.</summary>
    public double Seconds { get; private set; }

    /// <summary>How often a component has run.</summary>
    public int this[string component] => _runs.GetValueOrDefault(component);

    public void Dispose() => _listener.Dispose();
}
