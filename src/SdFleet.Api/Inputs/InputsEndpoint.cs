using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using SdFleet.Api.Batches;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Authentication;
using SdFleet.Storage;

namespace SdFleet.Api.Inputs;

/// <summary>
/// <c>POST</c> and <c>GET /v1/inputs</c>: pictures that a tenant's jobs begin with. A picture is named by its own bytes, so that
/// uploading it twice keeps it once, and a job that names it always means the same one.
/// </summary>
internal static class InputsEndpoint
{
    public static void MapInputs(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(ApiRoutes.Inputs, PostAsync)
            .WithName("uploadInput")
            .WithSummary("Upload a picture for jobs to begin with")
            .WithDescription(
                $"PNG, JPEG or WebP, at most {InputLimits.MaxBytes} bytes, {InputLimits.MaxSide} pixels a side and {InputLimits.MaxPixels} pixels. " +
                "A job of the same tenant names it by the SHA-256 in the answer. The same picture again is answered with 200, and counts as new. " +
                "A picture that no job names for a while is removed. A tenant keeps so many pictures and bytes as the fleet's operator allows; what is beyond is answered with 403. " +
                "Content-Digest (sha-256, RFC 9530) is checked where it is given.")
            .WithTags(ApiTags.Jobs)
            .WithPictureBody()
            .Produces<InputView>(StatusCodes.Status201Created)
            .Produces<InputView>()
            .WithProblems(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status503ServiceUnavailable);
        endpoints.MapGet(ApiRoutes.InputPattern, GetAsync)
            .WithName("getInput")
            .WithSummary("A picture that was uploaded")
            .WithTags(ApiTags.Jobs)
            .Produces(StatusCodes.Status200OK)
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> PostAsync(HttpContext context, ClaimsPrincipal caller, IArtifactStore artifacts, InputQuota quota)
    {
        var (request, aborted) = (context.Request, context.RequestAborted);
        if (!IsPicture(request))
        {
            return Problem.Of(StatusCodes.Status415UnsupportedMediaType, $"Send the picture's file itself, with Content-Type: {PictureHeader.Png}, {PictureHeader.Jpeg} or {PictureHeader.WebP}.");
        }

        if (await BatchPartBody.ReadAsync(request, InputLimits.MaxBytes, aborted) is not var (buffer, length))
        {
            return Problem.Of(StatusCodes.Status413PayloadTooLarge, $"A picture's file has at most {InputLimits.MaxBytes} bytes.");
        }

        var body = buffer.AsMemory(0, length);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(body.Span));
        var header = PictureHeader.Read(body.Span);
        if (Fault(header, length, sha256, BatchPartBody.DeclaredSha256(request)) is { } fault)
        {
            BatchPartBody.GiveBack(buffer);
            return Problem.Of(StatusCodes.Status400BadRequest, fault);
        }

        var (type, width, height) = header!.Value;
        var (tenant, name) = (caller.Tenant(), ArtifactName.ForInput(caller.Tenant(), sha256));
        var isThere = await artifacts.RenewAsync(name, DateTimeOffset.MaxValue, aborted);
        if (!isThere && await quota.TakeAsync(tenant, length, aborted) is { } full)
        {
            BatchPartBody.GiveBack(buffer);
            return Problem.Of(StatusCodes.Status403Forbidden, full);
        }

        // Renewed, it is not taken away before it is looked at here.
        var isNew = false;
        PutResult put;
        try
        {
            put = await artifacts.PutAsync(name, body, type, sha256, metadata: null, aborted);
            isNew = put.Created;
        }
        finally
        {
            if (!isThere && !isNew)
            {
                await quota.GiveBackAsync(tenant, length);
            }
        }

        // Only where all went well: an upload that was given up may still be reading from it.
        BatchPartBody.GiveBack(buffer);
        if (put.Sha256 != sha256)
        {
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, $"What the artifact store has of {sha256} is damaged ({put.Length} bytes); an operator has to take it away.");
        }

        var view = new InputView { Sha256 = sha256, Bytes = length, ContentType = type, Width = width, Height = height };
        return put.Created ? TypedResults.Created(ApiRoutes.Input(sha256), view) : TypedResults.Ok(view);
    }

    private static async Task<IResult> GetAsync(string sha256, HttpContext context, ClaimsPrincipal caller, IArtifactStore artifacts)
    {
        // Nothing else is a name: not even a name of the same file.
        if (!sha256.All(char.IsAsciiHexDigitLower) ||
            await artifacts.OpenReadAsync(ArtifactName.ForInput(caller.Tenant(), sha256), context.RequestAborted) is not { } content)
        {
            return Problem.Of(StatusCodes.Status404NotFound, "There is no such picture among those that this tenant has uploaded.");
        }

        context.Response.RegisterForDisposeAsync(content);
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(content.Stream, "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{sha256}\""));
    }

    // By the type that a form of another origin cannot send; which of them it is, the bytes say.
    private static bool IsPicture(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) &&
        (type.MediaType.Equals(PictureHeader.Png, StringComparison.OrdinalIgnoreCase) ||
            type.MediaType.Equals(PictureHeader.Jpeg, StringComparison.OrdinalIgnoreCase) ||
            type.MediaType.Equals(PictureHeader.WebP, StringComparison.OrdinalIgnoreCase));

    private static string? Fault(PictureHeader? header, int length, string sha256, string? declared) => header switch
    {
        _ when declared is not null && declared != sha256 => $"{BatchPartBody.DigestHeader} is not that of the {length} bytes that arrived, sha-256 {sha256}; send it again.",
        null => $"The {length} bytes are no PNG, JPEG or WebP file.",
        { } it when it.Width > InputLimits.MaxSide || it.Height > InputLimits.MaxSide => $"The picture is {it.Width}x{it.Height}; a side has at most {InputLimits.MaxSide} pixels.",
        { } it when (long)it.Width * it.Height > InputLimits.MaxPixels => $"The picture is {it.Width}x{it.Height}; at most {InputLimits.MaxPixels} pixels are taken.",
        _ => null,
    };
}
