using System.Buffers;
using System.Net.Mime;
using System.Text;
using Microsoft.Net.Http.Headers;
using SdFleet.Api.Problems;

namespace SdFleet.Api.Bodies;

/// <summary>Reads the JSON that a client posts, up to a limit.</summary>
internal static class JsonBody
{
    /// <param name="context">The request's.</param>
    /// <param name="max">Most bytes that it may have.</param>
    /// <param name="what">What it is, as the subject of a sentence.</param>
    /// <returns>The body; or the answer to give instead of reading it: it is no JSON in UTF-8 (415), or too long (413).</returns>
    public static async ValueTask<(byte[] Body, IResult? Refusal)> ReadAsync(HttpContext context, int max, string what)
    {
        if (!IsJson(context.Request))
        {
            return ([], Results.StatusCode(StatusCodes.Status415UnsupportedMediaType));
        }

        return await ReadAsync(context.Request, max, context.RequestAborted) is { } body
            ? (body, null)
            : ([], Problem.Of(StatusCodes.Status413PayloadTooLarge, $"{what} has at most {max} bytes."));
    }

    // Null where it is longer.
    private static async ValueTask<byte[]?> ReadAsync(HttpRequest request, int max, CancellationToken cancellationToken)
    {
        if (request.ContentLength > max)
        {
            return null;
        }

        var result = await request.BodyReader.ReadAtLeastAsync(max + 1, cancellationToken);
        var body = result.Buffer.Length > max ? null : result.Buffer.ToArray();
        request.BodyReader.AdvanceTo(result.Buffer.End);
        return body;
    }

    // A body without a type is none either: a page of another origin can post that, and plain text, without asking first.
    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) &&
        type.MediaType.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase) &&
        (!type.Charset.HasValue || type.Charset.Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase));
}
