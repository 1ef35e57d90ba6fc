using System.Buffers;
using System.Net.Mime;
using System.Text;
using Microsoft.Net.Http.Headers;
using SdFleet.Contracts.Validation;

namespace SdFleet.Api.Jobs;

/// <summary>Reads what a client posts, up to a limit.</summary>
internal static class SubmissionBody
{
    public const int MaxBytes = SubmissionReader.MaxBytes;

    /// <summary>The body, or null where it is too long.</summary>
    public static ValueTask<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        ReadAsync(request, MaxBytes, cancellationToken);

    /// <summary>The body, or null where it is longer than <paramref name="max"/>.</summary>
    public static async ValueTask<byte[]?> ReadAsync(HttpRequest request, int max, CancellationToken cancellationToken)
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

    /// <summary>
    /// True for JSON in UTF-8. A body without a type is refused too: a page of another origin can post that, and plain text,
    /// without asking first.
    /// </summary>
    public static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) &&
        type.MediaType.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase) &&
        (!type.Charset.HasValue || type.Charset.Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase));
}
