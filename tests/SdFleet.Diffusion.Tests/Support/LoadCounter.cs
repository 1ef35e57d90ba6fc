using System.Diagnostics.Metrics;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>Notes the models that are loaded on this thread: other tests run at the same time.</summary>
internal sealed class LoadCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<(string Component, string Phase)> _loads = [];

    public LoadCounter()
    {
        int thread = Environment.CurrentManagedThreadId;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == DiffusionTelemetry.SourceName && instrument.Name == DiffusionTelemetry.LoadDuration)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            if (Environment.CurrentManagedThreadId == thread)
            {
                _loads.Add(((string)tags[0].Value!, (string)tags[1].Value!));
            }
        });
        _listener.Start();
    }

    /// <summary>The components that ONNX Runtime has loaded, in order.</summary>
    public IEnumerable<string> Components => _loads.Where(load => load.Phase == "session").Select(load => load.Component);

    /// <summary>The phases of a component's loads, in order.</summary>
    public IEnumerable<string> PhasesOf(string component) => _loads.Where(load => load.Component == component).Select(load => load.Phase);

    /// <summary>Forgets what was noted.</summary>
    public void Reset() => _loads.Clear();

    public void Dispose() => _listener.Dispose();
}
