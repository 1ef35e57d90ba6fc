using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SdFleet.Contracts.Webhooks;

/// <summary>A key that a fleet and a receiver share: <c>whsec_</c> and 24 to 64 random bytes in base64.</summary>
public sealed class WebhookSecret
{
    /// <summary>What the text of a secret begins with.</summary>
    public const string Prefix = "whsec_";

    /// <summary>Fewest bytes of a key.</summary>
    public const int MinBytes = 24;

    /// <summary>Most bytes of a key.</summary>
    public const int MaxBytes = 64;

    private const int UsualBytes = 32;

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>The secret as it is configured and given to a receiver. Not to be shown in logs.</summary>
    public string Text => Prefix + Convert.ToBase64String(_key);

    /// <summary>A new secret of 32 random bytes.</summary>
    public static WebhookSecret Create() => new(RandomNumberGenerator.GetBytes(UsualBytes));

    /// <summary>Reads a secret; null where the text is none.</summary>
    public static WebhookSecret? TryParse(string? text)
    {
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var key = new byte[MaxBytes];
        return Convert.TryFromBase64String(text[Prefix.Length..], key, out var length) && length >= MinBytes ? new WebhookSecret(key[..length]) : null;
    }

    /// <summary>Signs a delivery: <c>v1,</c> and the HMAC-SHA256 of <c>id.timestamp.body</c> in base64.</summary>
    /// <param name="id">Value of <see cref="WebhookHeaders.Id"/>.</param>
    /// <param name="timestamp">Seconds since 1970, the value of <see cref="WebhookHeaders.Timestamp"/>.</param>
    /// <param name="body">The bytes of the body as they are sent.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hash.AppendData(body);
        return "v1," + Convert.ToBase64String(hash.GetHashAndReset());
    }
}
