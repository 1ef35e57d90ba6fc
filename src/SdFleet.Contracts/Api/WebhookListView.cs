namespace SdFleet.Contracts.Api;

/// <summary>Deliveries to webhooks, a page of them.</summary>
public sealed record WebhookListView
{
    /// <summary>The deliveries, the newest first.</summary>
    public required IReadOnlyList<WebhookView> Webhooks { get; init; }

    /// <summary>What to give as <c>before</c> for the next page; null where this is the last.</summary>
    public long? Next { get; init; }
}
