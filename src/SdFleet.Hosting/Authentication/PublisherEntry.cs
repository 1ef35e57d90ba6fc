namespace SdFleet.Hosting.Authentication;

/// <summary>What one user of the broker may submit.</summary>
public sealed class PublisherEntry
{
    /// <summary>The tenants it may name; <c>*</c> for any, as the API's own user needs.</summary>
    public IList<string> Tenants { get; } = [];
}
