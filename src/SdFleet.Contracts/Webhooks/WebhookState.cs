namespace SdFleet.Contracts.Webhooks;

/// <summary>Where a delivery stands.</summary>
public enum WebhookState
{
    /// <summary>To be sent, or to be tried again.</summary>
    Pending,

    /// <summary>The receiver has answered with a 2xx status.</summary>
    Delivered,

    /// <summary>Given up, with a reason; it can be asked for again.</summary>
    Abandoned,
}
