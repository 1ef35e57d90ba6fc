using SdFleet.Contracts.Api;

namespace SdFleet.Cli.Client;

/// <content>Models and tenants that are paused.</content>
internal sealed partial class FleetClient
{
    /// <summary>Pauses or resumes a model or a tenant.</summary>
    /// <param name="kind"><c>model</c> or <c>tenant</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="verb"><c>pause</c> or <c>resume</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task SetPausedAsync(string kind, string name, string verb, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, Relative($"/v1/{kind}s/{Uri.EscapeDataString(name)}/{verb}")), cancellationToken);
        await ThrowUnlessFineAsync(response, cancellationToken);
    }

    /// <summary>The tenants that the key may see.</summary>
    public async Task<IReadOnlyList<TenantView>> ListTenantsAsync(CancellationToken cancellationToken) =>
        await GetAsync<List<TenantView>>("/v1/tenants", cancellationToken) ?? [];
}
