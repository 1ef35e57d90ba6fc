using System.Diagnostics.Metrics;

namespace SdFleet.Coordinator;

/// <summary>The coordinator's metrics.</summary>
internal static class CoordinatorMetrics
{
    private static readonly Meter Meter = new("SdFleet.Coordinator");

    /// <summary>Submissions by what became of them: admitted, duplicate or rejected.</summary>
    public static Counter<long> Submissions { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.submissions", "{job}", "Submissions by what became of them.");

    /// <summary>Lines of batches by what became of them: admitted or rejected.</summary>
    public static Counter<long> BatchLines { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.batch.lines", "{line}", "Lines of batches by what became of them.");

    /// <summary>Messages that no consumer could end, by the queue they died in.</summary>
    public static Counter<long> DeadLetters { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.dead_letters", "{message}", "Messages that no consumer could end.");

    /// <summary>Attempts released, by model and lane.</summary>
    public static Counter<long> Releases { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.releases", "{attempt}", "Attempts released to the work queues.");

    /// <summary>Attempts to deliver a webhook by what came of them: delivered, failed (and tried again) or abandoned.</summary>
    public static Counter<long> Webhooks { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.webhooks", "{attempt}", "Attempts to deliver a webhook by what came of them.");

    /// <summary>How long an attempt to deliver a webhook took.</summary>
    public static Histogram<double> WebhookDuration { get; } = Meter.CreateHistogram<double>("sdfleet.coordinator.webhook.duration", "s", "How long an attempt to deliver a webhook took.");

    /// <summary>Attempts whose lease ran out.</summary>
    public static Counter<long> ExpiredLeases { get; } = Meter.CreateCounter<long>("sdfleet.coordinator.leases.expired", "{attempt}", "Attempts whose lease ran out.");
}
