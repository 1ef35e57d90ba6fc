using System.Security.Claims;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Webhooks;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;

namespace SdFleet.Api.Webhooks;

/// <summary><c>GET /v1/webhooks</c> and <c>POST /v1/webhooks/{id}/retry</c>: what was told to whom, and what has to be told again.</summary>
internal static class WebhooksEndpoint
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1000;

    public static void MapWebhooks(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(ApiRoutes.Webhooks, ListAsync)
            .WithName("listWebhooks")
            .WithSummary("Deliveries to webhooks, the newest first")
            .WithDescription(
                "All, or with state only those that are pending, delivered or abandoned, which is given up with a reason. Give next of one page as before of the following one. " +
                "What has been over for long is forgotten.")
            .WithTags(ApiTags.Webhooks)
            .Produces<WebhookListView>()
            .WithProblems(StatusCodes.Status400BadRequest, StatusCodes.Status503ServiceUnavailable);
        endpoints.MapPost(ApiRoutes.WebhookRetryPattern, RetryAsync)
            .WithName("retryWebhook")
            .WithSummary("Deliver again")
            .WithDescription("Whatever has become of it, it is sent once more and tried again as a new one is, under the same webhook-id.")
            .WithTags(ApiTags.Webhooks)
            .Produces<WebhookView>()
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ListAsync(
        string? state, long? before, int? limit, ClaimsPrincipal caller, IJobStore store, ApiKeyRequirement keys, CancellationToken cancellationToken)
    {
        if (limit is not (null or (>= 1 and <= MaxPage)))
        {
            return Problem.Of(StatusCodes.Status400BadRequest, $"limit is {limit}: 1 to {MaxPage}.");
        }

        var wanted = Enum.GetValues<WebhookState>().Where(s => s.ToString().Equals(state, StringComparison.OrdinalIgnoreCase)).ToList();
        if (state is not null && wanted.Count == 0)
        {
            return Problem.Of(StatusCodes.Status400BadRequest, $"state is \"{state}\": pending, delivered or abandoned.");
        }

        var max = limit ?? DefaultPage;
        var found = await store.ListWebhooksAsync(
            keys.IsRequired ? caller.Tenant() : null, state is null ? null : wanted[0], before, max, cancellationToken);
        return TypedResults.Ok(new WebhookListView
        {
            Webhooks = [.. found.Select(webhook => webhook.View)],
            Next = found.Count == max ? found[^1].Sequence : null,
        });
    }

    private static async Task<IResult> RetryAsync(
        Guid id, ClaimsPrincipal caller, IJobStore store, ApiKeyRequirement keys, TimeProvider time, CancellationToken cancellationToken)
    {
        var known = await store.FindWebhookAsync(id, cancellationToken);
        if (known is null || (keys.IsRequired && known.View.Tenant != caller.Tenant()) || !await store.RetryWebhookAsync(id, time.GetUtcNow(), cancellationToken))
        {
            return Problem.Of(StatusCodes.Status404NotFound, $"There is no delivery {id} here. {ApiRoutes.Webhooks} lists them.");
        }

        return TypedResults.Ok((await store.FindWebhookAsync(id, cancellationToken))!.View);
    }
}
