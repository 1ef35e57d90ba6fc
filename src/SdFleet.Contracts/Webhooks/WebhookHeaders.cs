namespace SdFleet.Contracts.Webhooks;

/// <summary>The headers of a delivery, as Standard Webhooks names them (https://www.standardwebhooks.com).</summary>
public static class WebhookHeaders
{
    /// <summary>The delivery's id: the same each time that it is sent, so that a receiver can tell a repetition.</summary>
    public const string Id = "webhook-id";

    /// <summary>When it was sent this time: seconds since 1970. A receiver refuses what is older than a few minutes.</summary>
    public const string Timestamp = "webhook-timestamp";

    /// <summary>Signatures, a space between them: one for each secret of the tenant, of which any may match.</summary>
    public const string Signature = "webhook-signature";
}
