using System.Diagnostics.Metrics;
using SdFleet.Contracts;
using SdFleet.JobStore;

namespace SdFleet.Coordinator;

/// <summary>The coordinator's metrics.</summary>
internal static class CoordinatorMetrics
{
    /// <summary>The worker reported that the attempt failed.</summary>
    public const string RetryFailed = "failed";

    /// <summary>The worker gave the attempt back: it went, or the artifact store was away.</summary>
    public const string RetryEvicted = "evicted";

    /// <summary>Nothing was heard of the attempt.</summary>
    public const string RetryLease = "lease";

    private static readonly Meter Meter = new("SdFleet.Coordinator");

    /// <summary>Submissions by what became of them: admitted, duplicate or rejected.</summary>
    public static Counter<long> Submissions { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.submissions", "{job}", "Submissions by what became of them.");

    /// <summary>Lines of batches by what became of them: admitted or rejected.</summary>
    public static Counter<long> BatchLines { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.batch.lines", "{line}", "Lines of batches by what became of them.");

    /// <summary>Steps of exports by kind (plan, shard, finish) and what became of them: done, failed (and tried again or given up) or lost to another host.</summary>
    public static Counter<long> ExportSteps { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.export.steps", "{step}", "Steps of exports by what became of them.");

    /// <summary>Parts of uploads that were never submitted, and were removed.</summary>
    public static Counter<long> AbandonedParts { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.batch.parts.removed", "{part}", "Parts of abandoned uploads that were removed.");

    /// <summary>Uploaded pictures that nobody used and that were removed.</summary>
    public static Counter<long> UnusedInputs { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.inputs.removed", "{picture}", "Uploaded pictures that nobody used and that were removed.");

    /// <summary>Messages that no consumer could end, by the queue they died in.</summary>
    public static Counter<long> DeadLetters { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.dead_letters", "{message}", "Messages that no consumer could end.");

    /// <summary>Attempts released, by model and lane.</summary>
    public static Counter<long> Releases { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.releases", "{attempt}", "Attempts released to the work queues.");

    /// <summary>Attempts to deliver a webhook by what came of them: delivered, failed (and tried again) or abandoned.</summary>
    public static Counter<long> Webhooks { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.webhooks", "{attempt}", "Attempts to deliver a webhook by what came of them.");

    /// <summary>How long an attempt to deliver a webhook took.</summary>
    public static Histogram<double> WebhookDuration { get; } = Meter.CreateHistogram<double>("sdfleet.coordinator.webhook.duration", "s", "How long an attempt to deliver a webhook took.");

    /// <summary>Attempts after which the job is tried again, by reason: failed, evicted or lease.</summary>
    public static Counter<long> Retries { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.retries", "{attempt}", "Attempts after which the job is tried again, by reason.");

    /// <summary>Attempts whose lease ran out.</summary>
    public static Counter<long> ExpiredLeases { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.leases.expired", "{attempt}", "Attempts whose lease ran out.");

    /// <summary>What workers reported of attempts, by what it was (started, completed, evicted, failed) and what became of it.</summary>
    public static Counter<long> Reports { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.reports", "{report}", "Reports of attempts, by what they said and what became of it.");

    /// <summary>Jobs that ended as failed.</summary>
    public static Counter<long> FailedJobs { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.jobs.failed", "{job}", "Jobs that ended as failed.");

    /// <summary>Jobs that have not reached their end, by model, lane and state.</summary>
    public static Gauge<long> Jobs { get; } = Meter.CreateGauge<long>("sdfleet.coordinator.jobs", "{job}", "Jobs that have not reached their end.");

    /// <summary>What they will take, by model: what the autoscaler is told.</summary>
    public static Gauge<double> Outstanding { get; } = Meter.CreateGauge<double>("sdfleet.coordinator.outstanding", "s", "Seconds of the device that outstanding jobs will take.");

    /// <summary>What they will cost, by model; only of models whose price is known.</summary>
    public static Gauge<double> OutstandingCost { get; } = Meter.CreateGauge<double>("sdfleet.coordinator.cost.outstanding", "{currency}", "What outstanding jobs will cost.");

    /// <summary>Workers that are alive, by model.</summary>
    public static Gauge<long> Workers { get; } = Meter.CreateGauge<long>("sdfleet.coordinator.workers", "{worker}", "Workers that are alive.");

    /// <summary>
    /// Sets to nought what has not happened yet. A counter that first shows with its first event hides that event from
    /// everything that looks for an increase.
    /// </summary>
    /// <param name="workQueues">The workers' queues.</param>
    public static void Begin(IEnumerable<string> workQueues)
    {
        foreach (var outcome in new[] { "admitted", "duplicate", "rejected" })
        {
            Submissions.Add(0, new KeyValuePair<string, object?>("sdfleet.admission", outcome));
        }

        foreach (var queue in new[] { Topology.SubmitQueue, Topology.BatchQueue, Topology.EventsQueue }.Concat(workQueues))
        {
            DeadLetters.Add(0, new KeyValuePair<string, object?>("messaging.destination.name", queue));
        }

        foreach (var report in new[] { "started", "completed", "failed", "evicted" })
        {
            foreach (var result in new[] { EventResult.Applied, EventResult.Duplicate, EventResult.Stale })
            {
                CountReport(report, result, 0);
            }
        }

        foreach (var reason in new[] { RetryFailed, RetryEvicted, RetryLease })
        {
            CountRetries(reason, 0);
        }

        ExpiredLeases.Add(0);
        FailedJobs.Add(0);
    }

    /// <summary>Counts attempts after which the job is tried again.</summary>
    public static void CountRetries(string reason, int count) => Retries.Add(count, new KeyValuePair<string, object?>("sdfleet.reason", reason));

    /// <summary>Counts reports.</summary>
    public static void CountReport(string report, EventResult result, int count = 1) => Reports.Add(
        count,
        new("sdfleet.report", report),
        new("sdfleet.result", result.ToString().ToLowerInvariant()));
}
