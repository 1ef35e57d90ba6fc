using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace SdFleet.Hosting.Bus;

/// <summary>RabbitMQ's management API, with the broker's user and password.</summary>
public sealed class BrokerManagement : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly HttpClient _client;
    private readonly string _virtualHost;

    /// <summary>Nothing is asked before the first call.</summary>
    /// <param name="management">Its address, <c>http://host:port</c>.</param>
    /// <param name="broker">The broker, for user, password and virtual host.</param>
    public BrokerManagement(Uri management, Uri broker)
    {
        ArgumentNullException.ThrowIfNull(broker);
        var credentials = broker.UserInfo.Length > 0 ? Uri.UnescapeDataString(broker.UserInfo) : "guest:guest";
        User = credentials.Split(':')[0];
        _client = new HttpClient { BaseAddress = management, Timeout = Timeout };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        _virtualHost = Uri.EscapeDataString(VirtualHostOf(broker));
    }

    /// <summary>The broker's user.</summary>
    public string User { get; }

    /// <summary>Where it is.</summary>
    public Uri Address => _client.BaseAddress!;

    /// <summary>The virtual host that an address names; RabbitMQ's default where it names none.</summary>
    public static string VirtualHostOf(Uri broker)
    {
        ArgumentNullException.ThrowIfNull(broker);
        return Uri.UnescapeDataString(broker.AbsolutePath.TrimStart('/')) is { Length: > 0 } named ? named : "/";
    }

    /// <summary>The broker's version, and what its clock said when it answered.</summary>
    /// <exception cref="HttpRequestException">It refused, or cannot be reached.</exception>
    public async Task<(Version Version, DateTimeOffset? At)> AskVersionAsync(CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync(new Uri("/api/overview", UriKind.Relative), cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        var overview = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken).ConfigureAwait(false);

        // A release candidate's version ends in letters.
        return (Version.Parse(((string)overview!["rabbitmq_version"]!).Split('-', '+')[0]), response.Headers.Date);
    }

    /// <summary>Sets a policy in the virtual host.</summary>
    /// <exception cref="HttpRequestException">It refused, or cannot be reached.</exception>
    public async Task SetPolicyAsync(BrokerPolicy policy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(policy);
        await SendAsync(
            HttpMethod.Put,
            $"policies/{_virtualHost}/{policy.Name}",
            new JsonObject
            {
                ["pattern"] = policy.Pattern,
                ["apply-to"] = policy.AppliesTo,
                ["definition"] = policy.Definition.DeepClone(),
                ["priority"] = 0,
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The policies of the virtual host.</summary>
    /// <exception cref="HttpRequestException">It refused, or cannot be reached.</exception>
    public async Task<IReadOnlyList<BrokerPolicy>> ListPoliciesAsync(CancellationToken cancellationToken) =>
    [
        .. (await AskAsync($"policies/{_virtualHost}", cancellationToken).ConfigureAwait(false)).Select(p => new BrokerPolicy(
            (string)p!["name"]!, (string)p["pattern"]!, (string)p["apply-to"]!, p["definition"]!.AsObject())),
    ];

    /// <summary>The queues of the virtual host with their types, such as <c>quorum</c>.</summary>
    /// <exception cref="HttpRequestException">It refused, or cannot be reached.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ListQueueTypesAsync(CancellationToken cancellationToken) =>
        (await AskAsync($"queues/{_virtualHost}?columns=name,type", cancellationToken).ConfigureAwait(false))
        .ToDictionary(q => (string)q!["name"]!, q => (string?)q!["type"] ?? "unknown", StringComparer.Ordinal);

    /// <summary>Asks for what has no method of its own here.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Below <c>/api/</c>, escaped.</param>
    /// <param name="body">What is sent; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null where there is nothing to say; also where what was asked for, or is to be deleted, is not there.</returns>
    /// <exception cref="HttpRequestException">It refused, or cannot be reached.</exception>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri($"/api/{path}", UriKind.Relative));
        request.Content = body is null ? null : JsonContent.Create(body);
        using var response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound && method != HttpMethod.Put)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<JsonArray> AskAsync(string path, CancellationToken cancellationToken) =>
        await SendAsync(HttpMethod.Get, path, body: null, cancellationToken).ConfigureAwait(false) as JsonArray
        ?? throw new HttpRequestException($"{new Uri(Address, $"/api/{path}")} has no list: is the virtual host there?", null, HttpStatusCode.NotFound);
}
