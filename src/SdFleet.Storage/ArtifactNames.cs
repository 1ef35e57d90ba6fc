using System.Buffers;

namespace SdFleet.Storage;

/// <summary>
/// The names that artifacts may have: the same file in a folder and in a blob container, on every system, with nothing to
/// escape in a URL.
/// </summary>
public static class ArtifactNames
{
    /// <summary>Most characters of a name.</summary>
    public const int MaxLength = 512;

    /// <summary>Most characters between two slashes.</summary>
    public const int MaxSegmentLength = 200;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>
    /// True for segments of letters, digits, '-', '_' and '.', separated by single '/'. No segment begins or ends with a dot:
    /// that keeps out "..", hidden files, and names that Windows or a blob service would shorten.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return false;
        }

        foreach (var range in name.Split('/'))
        {
            var segment = name[range];
            if (segment.Length is 0 or > MaxSegmentLength ||
                segment.IndexOfAnyExcept(Allowed) >= 0 ||
                segment[0] == '.' || segment[^1] == '.')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Throws unless <see cref="IsValid"/>.</summary>
    public static void ThrowIfInvalid(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsValid(name))
        {
            throw new ArgumentException(
                $"'{name}' is no artifact name: it takes segments of a-z, A-Z, 0-9, '-', '_' and '.', separated by '/', none beginning or ending with '.'.",
                nameof(name));
        }
    }

    // A prefix may end anywhere within a name.
    internal static void ThrowIfInvalidPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (!IsValid(prefix + "x"))
        {
            throw new ArgumentException($"'{prefix}' begins no artifact name.", nameof(prefix));
        }
    }
}
