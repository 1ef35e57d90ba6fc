namespace SdFleet.Hosting.Webhooks;

/// <summary>What a tenant's webhooks are signed with.</summary>
public sealed class WebhookTenant
{
    /// <summary>
    /// <c>whsec_</c> and 24 to 64 random bytes in base64; <c>sdfleet webhooks secret</c> makes one. Several with a space between
    /// them all sign, while receivers change from one to another.
    /// </summary>
    public string Secret { get; set; } = "";
}
