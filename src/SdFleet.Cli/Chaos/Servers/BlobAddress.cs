using System.Net;
using SdFleet.Cli.Output;
using SdFleet.Storage;

namespace SdFleet.Cli.Chaos.Servers;

/// <summary>Where a blob service is, and how the fleet is led to it through a proxy: a signature covers the path and not the host.</summary>
/// <param name="Text">A connection string, or an address with a shared access signature.</param>
/// <param name="Endpoint">The service's own address, without a path.</param>
internal sealed record BlobAddress(string Text, Uri Endpoint)
{
    private const string EndpointKey = "BlobEndpoint";

    /// <summary>Reads what the user gave.</summary>
    /// <exception cref="CliException">It is neither.</exception>
    public static BlobAddress Parse(string text)
    {
        if (IsAddress(text))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Query.Length > 1
                ? new BlobAddress(text, Root(address))
                : throw Wrong("an address needs a shared access signature, ?sv=...");
        }

        var fields = Fields(text);
        if (fields.TryGetValue(EndpointKey, out var given))
        {
            return Uri.TryCreate(given, UriKind.Absolute, out var endpoint)
                ? new BlobAddress(text, Root(endpoint))
                : throw Wrong($"its {EndpointKey} is no address");
        }

        if (!fields.TryGetValue("AccountName", out var account))
        {
            throw Wrong($"it has neither {EndpointKey} nor AccountName");
        }

        var protocol = fields.GetValueOrDefault("DefaultEndpointsProtocol", "https");
        var suffix = fields.GetValueOrDefault("EndpointSuffix", "core.windows.net");
        return new BlobAddress(text, new Uri($"{protocol}://{account}.blob.{suffix}"));
    }

    /// <summary>The store's settings for a container.</summary>
    /// <param name="container">Its name.</param>
    /// <param name="proxyPort">Port on this machine through which it is reached; null for the service itself.</param>
    public ArtifactStoreOptions Options(string container, int? proxyPort = null)
    {
        var text = proxyPort is { } port ? Through(port) : Text;
        return new ArtifactStoreOptions
        {
            Kind = ArtifactStoreKind.AzureBlob,
            Path = null,
            Container = container,
            ConnectionString = IsAddress(text) ? null : text,
            ServiceUri = IsAddress(text) ? text : null,
        };
    }

    private static bool IsAddress(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static Uri Root(Uri address) => new(address.GetLeftPart(UriPartial.Authority));

    private static Dictionary<string, string> Fields(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                fields[part[..equals]] = part[(equals + 1)..];
            }
        }

        return fields;
    }

    private static CliException Wrong(string why) => new(
        $"--blobs is no Azure Storage connection string (DefaultEndpointsProtocol=...;AccountName=...;AccountKey=...) and no signed address: {why}.", ExitCodes.Usage);

    // The SDK takes the account's name from the path where the host is a number, and only there; so a proxy must be called by
    // a number exactly where the service is.
    private string Through(int port)
    {
        var proxy = new UriBuilder("http", IPAddress.TryParse(Endpoint.Host, out _) ? "127.0.0.1" : "localhost", port).Uri;
        if (IsAddress(Text))
        {
            return new Uri(proxy, new Uri(Text).PathAndQuery).AbsoluteUri;
        }

        var fields = Fields(Text);
        var path = fields.TryGetValue(EndpointKey, out var given) ? new Uri(given).AbsolutePath : "/";
        fields[EndpointKey] = new Uri(proxy, path).AbsoluteUri;
        fields["DefaultEndpointsProtocol"] = "http";
        return string.Concat(fields.Select(f => $"{f.Key}={f.Value};"));
    }
}
