using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SdFleet.Diffusion.Onnx;

/// <summary>Measures each model run, for whoever listens.</summary>
internal static class ModelRuns
{
    private static readonly Meter Meter = new(Pipelines.DiffusionTelemetry.SourceName);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        Pipelines.DiffusionTelemetry.RunDuration, "s", "Time of a model run inside ONNX Runtime.");

    // A step allocates nothing, whoever listens: a component's name is cut out of its file's once.
    private static readonly ConcurrentDictionary<string, string?> Components = new(StringComparer.Ordinal);

    /// <summary>Records a run that has ended.</summary>
    /// <param name="file">The model file; the name of its folder becomes the tag.</param>
    /// <param name="started">From <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="returned">Whether the run's memory went back to the system.</param>
    public static void Record(string file, long started, bool returned)
    {
        if (Duration.Enabled)
        {
            Duration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                new("sdfleet.component", Components.GetOrAdd(file, static name => Path.GetFileName(Path.GetDirectoryName(name)))),
                new("sdfleet.memory", returned ? "returned" : "kept"));
        }
    }
}
