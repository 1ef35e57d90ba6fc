using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SdFleet.Api.OpenApi;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;

namespace SdFleet.Api.Batches;

/// <summary><c>GET /v1/batches/{id}/manifest</c> and <c>/events</c>: answers that are written as they are read, however long.</summary>
internal static class BatchStreamsEndpoint
{
    private const int BufferBytes = 64 * 1024;
    private const string EventType = "batch";

    public static void MapBatchStreams(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(ApiRoutes.BatchManifestPattern, ManifestAsync)
            .WithName("getBatchManifest")
            .WithSummary("The manifest of a batch: a line of JSON for each finished picture")
            .WithDescription("By line of the batch, then by index. While the batch goes on, it is what is finished by then.")
            .WithTags(ApiTags.Batches)
            .Produces<Stream>(StatusCodes.Status200OK, BatchPartBody.MediaType)
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        endpoints.MapGet(ApiRoutes.BatchEventsPattern, EventsAsync)
            .WithName("watchBatch")
            .WithSummary("Follow a batch by server-sent events")
            .WithDescription($"Events of type {EventType}, each the same as GET of the batch shows then, until the batch has come to its end.")
            .WithTags(ApiTags.Batches)
            .Produces<BatchView>(StatusCodes.Status200OK, "text/event-stream")
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ManifestAsync(
        Guid id, ClaimsPrincipal caller, IJobStore store, ApiKeyRequirement keys, CancellationToken cancellationToken)
    {
        if (await store.FindVisibleBatchAsync(id, caller, keys, cancellationToken) is null)
        {
            return BatchVisibility.NotFound(id);
        }

        return TypedResults.Stream(
            async body =>
            {
                await using var buffered = new BufferedStream(body, BufferBytes);
                await foreach (var record in store.ReadBatchManifestAsync(id, cancellationToken))
                {
                    await buffered.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(record, ContractsJson.Options), cancellationToken);
                    await buffered.WriteAsync("\n"u8.ToArray(), cancellationToken);
                }
            },
            BatchPartBody.MediaType);
    }

    private static async Task<IResult> EventsAsync(
        Guid id, HttpContext context, ClaimsPrincipal caller, IJobStore store, BatchViews views, ApiKeyRequirement keys, IOptions<ApiOptions> options, TimeProvider time) =>
        await store.FindVisibleBatchAsync(id, caller, keys, context.RequestAborted) is null
            ? BatchVisibility.NotFound(id)
            : TypedResults.ServerSentEvents(FollowAsync(id, store, views, options.Value.BatchEventInterval, time, context.RequestAborted));

    private static async IAsyncEnumerable<SseItem<BatchView>> FollowAsync(
        Guid id, IJobStore store, BatchViews views, TimeSpan interval, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await store.FindBatchAsync(id, cancellationToken) is { } batch)
        {
            yield return new SseItem<BatchView>(await views.WithActivityAsync(batch, cancellationToken), EventType);
            if (batch.State.IsTerminal())
            {
                yield break;
            }

            await Task.Delay(interval, time, cancellationToken);
        }
    }
}
