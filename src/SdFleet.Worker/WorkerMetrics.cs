using System.Diagnostics.Metrics;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Worker;

/// <summary>The worker's metrics.</summary>
internal static class WorkerMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "SdFleet.Worker";

    private static readonly Meter Meter = new(MeterName);

    // From a step on a fast GPU to a night in the queue. The usual limits are those of milliseconds: to them a picture in a second and
    // one in four are the same.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400],
    };

    // The ones that OpenTelemetry's conventions give.
    private static readonly InstrumentAdvice<double> GenAiSeconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    };

    /// <summary>Pictures stored.</summary>
    public static Counter<long> Images { get; } = Meter.CreateCounter<long>("sdfleet.worker.images", "{image}", "Pictures stored.");

    /// <summary>Attempts that ended without their pictures, by error class.</summary>
    public static Counter<long> Failures { get; } = Meter.CreateCounter<long>("sdfleet.worker.failures", "{attempt}", "Attempts that ended without their pictures.");

    /// <summary>Calls of the artifact store that failed for the store's own sake. What they were for waits in hand.</summary>
    public static Counter<long> StoreFaults { get; } = Meter.CreateCounter<long>("sdfleet.worker.store.faults", "{call}", "Calls of the artifact store that failed for the store's own sake.");

    /// <summary>Pictures in one pass through the model.</summary>
    public static Histogram<int> BatchSize { get; } = Meter.CreateHistogram<int>("sdfleet.worker.batch.size", "{image}", "Pictures in one pass through the model.");

    /// <summary>Time of one pass through the model.</summary>
    public static Histogram<double> PassDuration { get; } = Meter.CreateHistogram<double>("sdfleet.worker.pass.duration", "s", "Time of one pass through the model.", null, Seconds);

    /// <summary>Time from a job's submission to its beginning here, by model and lane; of a job that was tried before, all of it.</summary>
    public static Histogram<double> QueueWait { get; } = Meter.CreateHistogram<double>("sdfleet.worker.queue.wait", "s", "Time from a job's submission to its beginning.", null, Seconds);

    /// <summary>Time from a job's submission to its first stored picture, by model and lane; of a job that was tried before, all of it.</summary>
    public static Histogram<double> TimeToFirstImage { get; } = Meter.CreateHistogram<double>("sdfleet.worker.first_image", "s", "Time from a job's submission to its first stored picture.", null, Seconds);

    /// <summary>Denoising steps, by model; one of a whole batch is one.</summary>
    public static Counter<long> Steps { get; } = Meter.CreateCounter<long>("sdfleet.worker.steps", "{step}", "Denoising steps, each of a whole batch.");

    /// <summary>
    /// Time from an attempt's message to its stored pictures or its failure, under the name and with the labels
    /// (<see cref="Inference.GenAiTags"/>) of OpenTelemetry's conventions for generative AI.
    /// </summary>
    public static Histogram<double> RequestDuration { get; } = Meter.CreateHistogram<double>(
        "gen_ai.server.request.duration", "s", "Time from an attempt's arrival to its stored pictures or its failure.", null, GenAiSeconds);

    /// <summary>Seconds of the device that stored pictures took, by model.</summary>
    public static Counter<double> GpuTime { get; } = Meter.CreateCounter<double>("sdfleet.worker.gpu.time", "s", "Seconds of the device that stored pictures took.");

    /// <summary>What those seconds cost, by model; only where the price of the device is known.</summary>
    public static Counter<double> GpuCost { get; } = Meter.CreateCounter<double>("sdfleet.worker.gpu.cost", "{currency}", "What the seconds of the device that stored pictures took have cost.");

    /// <summary>
    /// Sets to nought what has not happened yet. A counter that first shows with its first event hides that event from
    /// everything that looks for an increase.
    /// </summary>
    public static void Begin(string model)
    {
        Images.Add(0, Model(model));
        GpuTime.Add(0, Model(model));
        Steps.Add(0, Model(model));
        StoreFaults.Add(0);
        foreach (var error in Enum.GetValues<ErrorClass>())
        {
            Failures.Add(0, new KeyValuePair<string, object?>("error.type", error.ToString()));
        }
    }

    /// <summary>The label of a model.</summary>
    public static KeyValuePair<string, object?> Model(string name) => new("sdfleet.model", name);
}
