using System.Net;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Cli.Client;

/// <content>Webhooks.</content>
internal sealed partial class FleetClient
{
    /// <summary>The newest deliveries.</summary>
    public async Task<IReadOnlyList<WebhookView>> ListWebhooksAsync(WebhookState? state, int max, CancellationToken cancellationToken)
    {
        var only = state is { } wanted ? $"&state={wanted.ToString().ToLowerInvariant()}" : "";
        return (await GetAsync<WebhookListView>(Text($"/v1/webhooks?limit={max}{only}"), cancellationToken))?.Webhooks ?? [];
    }

    /// <summary>Has a delivery made again.</summary>
    /// <returns>Null where it will be; else why not.</returns>
    public async Task<string?> RetryWebhookAsync(Guid id, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, Relative($"/v1/webhooks/{id:D}/retry")), cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound)
        {
            return (await ReadProblemAsync(response, cancellationToken)).Detail ?? $"there is no delivery {id}.";
        }

        await ThrowUnlessFineAsync(response, cancellationToken);
        return null;
    }
}
