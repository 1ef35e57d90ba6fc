using Microsoft.Extensions.Options;

namespace SdFleet.Hosting.Authentication;

/// <summary>
/// Whether callers need a key. Decided once, when the service starts: where keys are taken out of the configuration of a
/// running service, nobody gets in any more, rather than everybody.
/// </summary>
public sealed class ApiKeyRequirement(IOptions<ApiKeyOptions> atStart)
{
    /// <summary>True where keys were configured at start; where false, the API must be reachable from this machine only.</summary>
    public bool IsRequired { get; } = atStart.Value.Keys.Count > 0;
}
