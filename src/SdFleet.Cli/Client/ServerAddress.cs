namespace SdFleet.Cli.Client;

/// <summary>Addresses as people type them.</summary>
internal static class ServerAddress
{
    /// <summary>Where <c>sdfleet up</c> listens and <c>sdfleet generate</c> asks, unless told otherwise.</summary>
    public const string Default = "http://127.0.0.1:5080";

    /// <summary>Several addresses in one option.</summary>
    public static IReadOnlyList<string> Split(string urls) =>
        urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What is wrong with addresses to listen on, or null.</summary>
    public static string? WrongListenAddress(string? urls)
    {
        var all = Split(urls ?? "");
        if (all.Count == 0)
        {
            return $"--urls is empty: an address such as {Default}.";
        }

        // Kestrel takes "*" and "+" for any host, which no Uri does.
        return all.FirstOrDefault(url => !Uri.TryCreate(url.Replace("*", "any", StringComparison.Ordinal).Replace("+", "any", StringComparison.Ordinal), UriKind.Absolute, out var uri)
                || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/") is { } wrong
            ? $"--urls has \"{wrong}\": http://HOST:PORT. For https, put a proxy before it."
            : null;
    }

    /// <summary>A server to ask, or null where the text is no address of one.</summary>
    public static Uri? Parse(string text) =>
        Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? uri
            : null;
}
