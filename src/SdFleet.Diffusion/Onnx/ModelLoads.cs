using System.Diagnostics;
using System.Diagnostics.Metrics;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Onnx;

/// <summary>Measures what loading a model takes, for whoever listens.</summary>
internal static class ModelLoads
{
    /// <summary>Reading what the file declares, without its weights.</summary>
    public const string Read = "read";

    /// <summary>Changing its weights by LoRAs and embeddings.</summary>
    public const string Adapt = "adapt";

    /// <summary>Changing its operations, and writing the changed model down in memory.</summary>
    public const string Rewrite = "rewrite";

    /// <summary>What ONNX Runtime does with it.</summary>
    public const string Session = "session";

    private static readonly Meter Meter = new(DiffusionTelemetry.SourceName);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        DiffusionTelemetry.LoadDuration, "s", "Time of a phase of loading a model.");

    /// <summary>Does a phase, and records how long it took, also where it fails.</summary>
    /// <param name="file">The model file; the name of its folder becomes the tag.</param>
    /// <param name="phase">The phase.</param>
    /// <param name="work">What it consists of.</param>
    public static T Measure<T>(string file, string phase, Func<T> work)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            return work();
        }
        finally
        {
            Duration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                new("sdfleet.component", Path.GetFileName(Path.GetDirectoryName(file))),
                new("sdfleet.phase", phase));
        }
    }
}
