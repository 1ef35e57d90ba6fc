using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Identity;
using SdFleet.Hosting.Authentication;
using SdFleet.Storage;

namespace SdFleet.Api.Batches;

/// <summary>
/// <c>PUT</c> and <c>GET /v1/batches/{id}/parts</c>: the source of a batch, a few megabytes at a time, straight into the artifact
/// store. A part is made once and never changes, so an upload that was cut off goes on with the parts that are not there.
/// </summary>
internal static class BatchPartsEndpoint
{
    // A folder's digests are computed, a container's asked for one by one.
    private const int DigestsAtOnce = 8;

    // A client waits for an answer for 100 s, and proxies for less. Gigabytes in a folder that is slow take longer.
    private static readonly TimeSpan DigestPatience = TimeSpan.FromSeconds(20);

    public static void MapBatchParts(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPut(ApiRoutes.BatchPartPattern, PutAsync)
            .WithName("putBatchPart")
            .WithSummary("Upload a part of a batch's source")
            .WithDescription(
                "JSON Lines, a job a line, cut between two lines; parts are numbered from 0 and uploaded in any order. A part is made once: " +
                "the same again is answered with 200, another one under its number with 409. Content-Digest (sha-256, RFC 9530) is checked where it is given.")
            .WithTags(ApiTags.Batches)
            .WithJsonLinesBody()
            .Produces<BatchPartView>(StatusCodes.Status201Created)
            .Produces<BatchPartView>()
            .WithProblems(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status503ServiceUnavailable);
        endpoints.MapGet(ApiRoutes.BatchPartsPattern, ListAsync)
            .WithName("listBatchParts")
            .WithSummary("The parts of a batch's source that are uploaded")
            .WithTags(ApiTags.Batches)
            .Produces<BatchPartsView>()
            .WithProblems(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> PutAsync(
        Guid id, int number, HttpContext context, ClaimsPrincipal caller, IArtifactStore artifacts, IOptions<ApiOptions> options)
    {
        var (request, aborted) = (context.Request, context.RequestAborted);
        if (!BatchPartBody.IsJsonLines(request))
        {
            return Problem.Of(StatusCodes.Status415UnsupportedMediaType, $"Send JSON Lines in UTF-8 with Content-Type: {BatchPartBody.MediaType}.");
        }

        var max = options.Value.MaxBatchPartBytes;
        if (await BatchPartBody.ReadAsync(request, max, aborted) is not var (buffer, length))
        {
            return Problem.Of(StatusCodes.Status413PayloadTooLarge, $"A part has at most {max} bytes; cut it between two lines.");
        }

        var body = buffer.AsMemory(0, length);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(body.Span));
        if (length == 0 || (BatchPartBody.DeclaredSha256(request) is { } declared && declared != sha256))
        {
            BatchPartBody.GiveBack(buffer);
            return Problem.Of(
                StatusCodes.Status400BadRequest,
                length == 0 ? "A part has at least one line." : $"{BatchPartBody.DigestHeader} is not that of the {length} bytes that arrived, sha-256 {sha256}; send it again.");
        }

        var put = await artifacts.PutAsync(ArtifactName.ForBatchPart(caller.Tenant(), id, number), body, BatchPartBody.MediaType, sha256, metadata: null, aborted);
        var part = new BatchPartView { Number = number, Bytes = length, Lines = LinesOf(body.Span), Sha256 = sha256 };

        // Only where all went well: an upload that was given up may still be reading from it.
        BatchPartBody.GiveBack(buffer);
        if (put.Sha256 != sha256)
        {
            return Problem.Of(StatusCodes.Status409Conflict, $"Part {number} of batch {id} is there already, and is another one ({put.Length} bytes). Upload this source under another id.");
        }

        return put.Created ? TypedResults.Created(ApiRoutes.BatchParts(id), part) : TypedResults.Ok(part);
    }

    private static async Task<IResult> ListAsync(Guid id, ClaimsPrincipal caller, IArtifactStore artifacts, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(DigestPatience, time);
        var prefix = ArtifactName.BatchPartPrefix(caller.Tenant(), id);
        var parts = new ConcurrentDictionary<int, BatchPartView>();
        await Parallel.ForEachAsync(
            artifacts.ListAsync(prefix, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = DigestsAtOnce, CancellationToken = cancellationToken },
            async (entry, token) =>
            {
                if (int.TryParse(Path.GetFileNameWithoutExtension(entry.Name.AsSpan(prefix.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var number) &&
                    await FindAsync(artifacts, entry, number, patience.Token, token) is { } part)
                {
                    parts[number] = part;
                }
            });
        return TypedResults.Ok(new BatchPartsView { Parts = [.. parts.Values.OrderBy(p => p.Number)] });
    }

    // Without its digest where that is not to be had in time: a client goes by the length then.
    private static async Task<BatchPartView?> FindAsync(
        IArtifactStore artifacts, ArtifactEntry entry, int number, CancellationToken patience, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience, cancellationToken);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            return await artifacts.FindAsync(entry.Name, either.Token) is { } there
                ? new BatchPartView { Number = number, Bytes = there.Length, Sha256 = there.Sha256 }
                : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new BatchPartView { Number = number, Bytes = entry.Length };
        }
    }

    private static long LinesOf(ReadOnlySpan<byte> part) => part.Count((byte)'\n') + (part[^1] == (byte)'\n' ? 0 : 1);
}
