namespace SdFleet.Contracts.Webhooks;

/// <summary>The body of a delivery.</summary>
/// <typeparam name="TData"><see cref="WebhookJob"/> or <see cref="WebhookBatch"/>.</typeparam>
public sealed record WebhookMessage<TData>
    where TData : class
{
    /// <summary>What happened, such as <c>job.completed</c>: <see cref="WebhookType"/>.</summary>
    public required string Type { get; init; }

    /// <summary>Version of this shape: 1. Fields may be added within a version; what is there keeps its meaning.</summary>
    public int Version { get; init; } = WebhookType.Version;

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The job or the batch.</summary>
    public required TData Data { get; init; }
}
