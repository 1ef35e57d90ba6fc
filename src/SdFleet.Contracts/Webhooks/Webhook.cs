namespace SdFleet.Contracts.Webhooks;

/// <summary>Whom to tell of the end of a job or a batch, and of which ends.</summary>
public sealed record Webhook
{
    /// <summary>Where to post: https, or http where the fleet allows it. 1 to 2000 characters of ASCII.</summary>
    public required string Url { get; init; }

    /// <summary>The ends to tell of, each once; null for all of them.</summary>
    public IReadOnlyList<WebhookEvent>? Events { get; init; }

    /// <summary>True where it is to be told of this end.</summary>
    public bool Wants(WebhookEvent end) => Events is null || Events.Contains(end);
}
