using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts;

/// <summary>Names on the broker: the part of the contract that integrators and operators see.</summary>
public static class Topology
{
    /// <summary>Fanout exchange that takes <see cref="SubmitJob"/> as plain JSON from the API and from integrators.</summary>
    public const string SubmitExchange = "sdfleet.submit";

    /// <summary>Queue behind <see cref="SubmitExchange"/>; the coordinator admits from it.</summary>
    public const string SubmitQueue = "sdfleet.submit";

    /// <summary>Fanout exchange that takes <see cref="SubmitBatch"/>, and the queue behind it; the coordinator admits from it.</summary>
    public const string BatchQueue = "sdfleet.batches";

    /// <summary>Direct exchange that takes <see cref="GenerateImages"/>; routing key <see cref="WorkKey"/>.</summary>
    public const string WorkExchange = "sdfleet.work";

    /// <summary>Fanout exchange that takes what workers report.</summary>
    public const string EventsExchange = "sdfleet.events";

    /// <summary>Queue behind <see cref="EventsExchange"/>; the coordinator keeps the job store from it.</summary>
    public const string EventsQueue = "sdfleet.events";

    /// <summary>Fanout exchange that every worker listens to, with a queue of its own that goes when it goes.</summary>
    public const string ControlExchange = "sdfleet.control";

    /// <summary>Queue of submissions that break the contract, each with its reason.</summary>
    public const string RejectedQueue = "sdfleet.rejected";

    /// <summary>
    /// Alternate exchange of <see cref="SubmitExchange"/> by policy, and the queue behind it: submissions that found no queue.
    /// The coordinator admits from it as well.
    /// </summary>
    public const string UnroutedQueue = "sdfleet.unrouted";

    /// <summary>Dead-letter exchange of the other queues by policy, and the queue behind it: messages that no consumer could end.</summary>
    public const string DeadQueue = "sdfleet.dead";

    /// <summary>Routing key of a model's lane on <see cref="WorkExchange"/>.</summary>
    public static string WorkKey(string model, Lane lane) => $"{model}.{LaneName(lane)}";

    /// <summary>Work queue of a model's lane.</summary>
    public static string WorkQueue(string model, Lane lane) => $"{WorkExchange}.{WorkKey(model, lane)}";

    private static string LaneName(Lane lane) => lane switch
    {
        Lane.Interactive => "interactive",
        Lane.Normal => "normal",
        Lane.Bulk => "bulk",
        _ => throw new ArgumentOutOfRangeException(nameof(lane), lane, "Unknown lane."),
    };
}
