using System.Diagnostics.Metrics;

namespace SdFleet.Worker;

/// <summary>The worker's metrics.</summary>
internal static class WorkerMetrics
{
    private static readonly Meter Meter = new("SdFleet.Worker");

    /// <summary>Pictures stored.</summary>
    public static Counter<long> Images { get; } = Meter.CreateCounter<long>("sdfleet.worker.images", "{image}", "Pictures stored.");

    /// <summary>Attempts that ended without their pictures, by error class.</summary>
    public static Counter<long> Failures { get; } = Meter.CreateCounter<long>("sdfleet.worker.failures", "{attempt}", "Attempts that ended without their pictures.");

    /// <summary>Pictures in one pass through the model.</summary>
    public static Histogram<int> BatchSize { get; } = Meter.CreateHistogram<int>("sdfleet.worker.batch.size", "{image}", "Pictures in one pass through the model.");

    /// <summary>Time of one pass through the model.</summary>
    public static Histogram<double> PassDuration { get; } = Meter.CreateHistogram<double>("sdfleet.worker.pass.duration", "s", "Time of one pass through the model.");
}
