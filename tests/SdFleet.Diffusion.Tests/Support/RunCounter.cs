using System.Diagnostics.Metrics;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>Counts the runs of each model on this thread: other tests run at the same time.</summary>
internal sealed class RunCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, int> _runs = [];
    private readonly List<(string Component, int Run)> _returned = [];

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
                if (tags[1].Value is "returned")
                {
                    _returned.Add((component, this[component]));
                }

                Seconds += seconds;
            }
        });
        _listener.Start();
    }

    /// <summary>The time inside all of them.</summary>
    public double Seconds { get; private set; }

    /// <summary>The runs of a component after which their memory went back to the system, counted from 1.</summary>
    public IReadOnlyList<int> ReturnedAfter(string component) =>
        [.. _returned.Where(run => run.Component == component).Select(run => run.Run)];

    /// <summary>How often a component has run.</summary>
    public int this[string component] => _runs.GetValueOrDefault(component);

    public void Dispose() => _listener.Dispose();
}
