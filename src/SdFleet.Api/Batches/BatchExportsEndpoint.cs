using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SdFleet.Api.Bodies;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Validation;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Api.Batches;

/// <summary><c>/v1/batches/{id}/exports</c>: datasets that the fleet writes. Only asked for, looked at and cancelled here.</summary>
internal static class BatchExportsEndpoint
{
    private const int MaxBytes = 16 * 1024;

    public static void MapBatchExports(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(ApiRoutes.BatchExportsPattern, RequestAsync)
            .WithName("exportBatch")
            .WithSummary("Have the fleet write a batch as a dataset")
            .WithDescription(
                "Its shards are written by the coordinators, as \"sdfleet dataset export\" would write them: into the artifact store, or where \"place\" says, as far as the fleet's operator " +
                "allows it. Ask again, under the same name, to add what has come since; while it is underway, that changes nothing. Index, card and checksums are written last.")
            .WithTags(ApiTags.Batches)
            .Accepts<ExportBatch>("application/json")
            .Produces<ExportView>(StatusCodes.Status202Accepted)
            .WithProblems(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status503ServiceUnavailable);
        endpoints.MapGet(ApiRoutes.BatchExportsPattern, ListAsync)
            .WithName("listBatchExports")
            .WithSummary("The exports of a batch that the fleet has written, or writes")
            .WithTags(ApiTags.Batches)
            .Produces<ExportListView>()
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        endpoints.MapGet(ApiRoutes.BatchExportPattern, FindAsync)
            .WithName("getBatchExport")
            .WithSummary("One export of a batch, with its progress")
            .WithTags(ApiTags.Batches)
            .Produces<ExportView>()
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        endpoints.MapPost(ApiRoutes.BatchExportCancelPattern, CancelAsync)
            .WithName("cancelBatchExport")
            .WithSummary("Cancel an export of a batch")
            .WithDescription(
                "Nothing more of it is begun, and what is being written is not published. Shards that are written stay, and \"error\" counts them; the index does not list them. " +
                "Cancelling again changes nothing; an export that has come to another end keeps it, and the answer is 409.")
            .WithTags(ApiTags.Batches)
            .Produces<ExportView>()
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> RequestAsync(
        Guid id, HttpContext context, ClaimsPrincipal caller, IJobStore store, IOptions<ArtifactStoreOptions> artifacts, ApiKeyRequirement keys, TimeProvider time)
    {
        var (body, refusal) = await JsonBody.ReadAsync(context, MaxBytes, "A request for an export");
        if (refusal is not null)
        {
            return refusal;
        }

        var aborted = context.RequestAborted;
        if (Read(body) is not { } export)
        {
            return Problem.Of([new FieldError("format", "not that", $"an object with one of {Formats()}, as {{\"format\":\"webDataset\"}}")]);
        }

        if (export.Check().ToList() is { Count: > 0 } errors)
        {
            return Problem.Of(errors);
        }

        if (await store.FindVisibleBatchAsync(id, caller, keys, aborted) is not { } batch)
        {
            return BatchVisibility.NotFound(id);
        }

        if (export.CheckShards(batch.Lines) is { } tooMany)
        {
            return Problem.Of([tooMany]);
        }

        if (export.Place is { } place && ExportPlaces.Check(artifacts.Value, batch.Batch.Tenant, place) is { } elsewhere)
        {
            return Problem.Of([elsewhere]);
        }

        // Two formats have names of two words.
        var name = export.Name ?? export.Format.ToString().ToLowerInvariant();
        if (await FindRivalAsync(store, id, name, export.Place, aborted) is { } rival)
        {
            return Problem.Of(
                StatusCodes.Status409Conflict, $"Export {rival} of the batch is being written to that place. Wait for its end, cancel it, or name another place.");
        }

        var outcome = await store.RequestExportAsync(id, name, export, time.GetUtcNow(), aborted);
        return outcome == ExportRequestOutcome.Conflict
            ? Problem.Of(
                StatusCodes.Status409Conflict,
                $"The batch has an export {name} of another format, at another place, with other shards, or with other pictures left out. Ask for it as it was, or under another name.")
            : TypedResults.Accepted(ApiRoutes.BatchExport(id, name), ViewOf((await store.FindExportAsync(id, name, aborted))!, artifacts.Value));
    }

    private static async Task<IResult> ListAsync(
        Guid id, ClaimsPrincipal caller, IJobStore store, IOptions<ArtifactStoreOptions> artifacts, ApiKeyRequirement keys, CancellationToken cancellationToken)
    {
        if (await store.FindVisibleBatchAsync(id, caller, keys, cancellationToken) is null)
        {
            return BatchVisibility.NotFound(id);
        }

        var exports = await store.ListExportsAsync(id, cancellationToken);
        return TypedResults.Ok(new ExportListView { Exports = [.. exports.Select(e => ViewOf(e, artifacts.Value))] });
    }

    private static async Task<IResult> FindAsync(
        Guid id, string name, ClaimsPrincipal caller, IJobStore store, IOptions<ArtifactStoreOptions> artifacts, ApiKeyRequirement keys, CancellationToken cancellationToken)
    {
        if (await store.FindVisibleBatchAsync(id, caller, keys, cancellationToken) is null)
        {
            return BatchVisibility.NotFound(id);
        }

        return await store.FindExportAsync(id, name, cancellationToken) is { } export ? TypedResults.Ok(ViewOf(export, artifacts.Value)) : NoExport(id);
    }

    private static async Task<IResult> CancelAsync(
        Guid id,
        string name,
        ClaimsPrincipal caller,
        IJobStore store,
        IOptions<ArtifactStoreOptions> artifacts,
        ApiKeyRequirement keys,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await store.FindVisibleBatchAsync(id, caller, keys, cancellationToken) is null)
        {
            return BatchVisibility.NotFound(id);
        }

        return await store.CancelExportAsync(id, name, time.GetUtcNow(), cancellationToken) switch
        {
            null => NoExport(id),
            ExportState.Cancelled => TypedResults.Ok(ViewOf((await store.FindExportAsync(id, name, cancellationToken))!, artifacts.Value)),
            { } end => Problem.Of(StatusCodes.Status409Conflict, $"Export {name} is {end.ToString().ToLowerInvariant()} already, and stays so."),
        };
    }

    // A place has one index: two at work there would each replace files that the other one lists.
    private static async Task<string?> FindRivalAsync(IJobStore store, Guid batch, string name, string? place, CancellationToken cancellationToken) => place is null
        ? null
        : (await store.ListExportsAsync(batch, cancellationToken)).FirstOrDefault(e => e.Name != name && e.EndedAt is null && e.Request.Place == place)?.Name;

    private static Problem NoExport(Guid id) =>
        Problem.Of(StatusCodes.Status404NotFound, $"The batch has no export of that name. POST {ApiRoutes.BatchExports(id)} asks for one.");

    private static ExportBatch? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<ExportBatch>(body, ContractsJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Formats() => string.Join(", ", Enum.GetNames<DatasetFormat>().Select(JsonNamingPolicy.CamelCase.ConvertName));

    private static ExportView ViewOf(ExportSnapshot export, ArtifactStoreOptions artifacts) => new()
    {
        BatchId = export.BatchId,
        Name = export.Name,
        Format = export.Request.Format,
        State = export.State,
        Place = export.Request.Place ?? FileTrees.Within(artifacts, ArtifactName.ExportRoot(export.BatchId, export.Name)).Place,
        Shards = export.Shards,
        ShardsDone = export.ShardsDone,
        Result = export.Result,
        Error = export.Error,
        StartedAt = export.StartedAt,
        EndedAt = export.EndedAt,
    };
}
