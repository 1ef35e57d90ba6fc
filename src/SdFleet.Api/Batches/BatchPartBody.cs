using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace SdFleet.Api.Batches;

/// <summary>Reads a part of a batch that a client sends.</summary>
internal static class BatchPartBody
{
    public const string DigestHeader = "Content-Digest";
    public const string MediaType = "application/jsonl";

    private const string Sha256Member = "sha-256=:";
    private const int LongestBuffer = 32 * 1024 * 1024;
    private const int KeptBuffers = 4;

    // A pool of its own: the shared one keeps a buffer for each thread that ever gave one back, which for megabytes is too much.
    private static readonly ArrayPool<byte> Buffers = ArrayPool<byte>.Create(LongestBuffer, KeptBuffers);

    /// <summary>
    /// True for JSON Lines under either of its names. Other types are refused: a page of another origin can post plain text
    /// without asking first.
    /// </summary>
    public static bool IsJsonLines(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) &&
        (type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals("application/x-ndjson", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the body into a rented buffer.</summary>
    /// <returns>The buffer, which the caller gives back, and how much of it is filled; null where the body is longer than <paramref name="max"/>.</returns>
    public static async ValueTask<(byte[] Buffer, int Length)?> ReadAsync(HttpRequest request, int max, CancellationToken cancellationToken)
    {
        if (request.ContentLength > max)
        {
            return null;
        }

        // Where the length is not known, one byte more than is allowed tells whether there is more.
        var buffer = Buffers.Rent(request.ContentLength is { } known ? Math.Max((int)known, 1) : max + 1);
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length <= max)
        {
            return (buffer, length);
        }

        GiveBack(buffer);
        return null;
    }

    /// <summary>Gives back a buffer that nobody reads any more.</summary>
    public static void GiveBack(byte[] buffer) => Buffers.Return(buffer);

    /// <summary>The SHA-256 that the client gives (RFC 9530), lower-case hex; null where it gives none; empty where that cannot be read.</summary>
    public static string? DeclaredSha256(HttpRequest request)
    {
        var header = request.Headers[DigestHeader].ToString();
        if (header.Length == 0)
        {
            return null;
        }

        var begin = header.IndexOf(Sha256Member, StringComparison.OrdinalIgnoreCase);
        var end = begin < 0 ? -1 : header.IndexOf(':', begin + Sha256Member.Length);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return end > 0 && Convert.TryFromBase64String(header[(begin + Sha256Member.Length)..end], hash, out var written) && written == hash.Length
            ? Convert.ToHexStringLower(hash)
            : "";
    }
}
