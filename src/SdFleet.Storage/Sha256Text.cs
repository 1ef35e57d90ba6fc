namespace SdFleet.Storage;

/// <summary>Digests as text.</summary>
internal static class Sha256Text
{
    /// <summary>Throws unless <paramref name="sha256"/> is 64 lower-case hex digits.</summary>
    public static void ThrowIfInvalid(string sha256)
    {
        ArgumentNullException.ThrowIfNull(sha256);
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException($"'{sha256}' is no SHA-256: it takes 64 lower-case hex digits.", nameof(sha256));
        }
    }
}
