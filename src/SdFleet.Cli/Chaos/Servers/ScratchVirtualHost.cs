using System.Text.Json.Nodes;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Hosting.Bus;

namespace SdFleet.Cli.Chaos.Servers;

/// <summary>
/// The run's own virtual host on the broker, by the management API. Nothing outside of it is looked at or touched.
/// </summary>
internal sealed class ScratchVirtualHost : IDisposable
{
    private readonly BrokerManagement _management;
    private readonly string _host;

    /// <param name="management">The management API.</param>
    /// <param name="broker">The broker, for user and password.</param>
    /// <param name="host">Name of the virtual host.</param>
    public ScratchVirtualHost(Uri management, Uri broker, string host)
    {
        _host = host;
        Broker = new UriBuilder(broker) { Path = host }.Uri;
        _management = new BrokerManagement(management, Broker);
    }

    /// <summary>The virtual host, as clients name it.</summary>
    public Uri Broker { get; }

    /// <summary>The broker's user.</summary>
    public string User => _management.User;

    /// <summary>Makes the virtual host.</summary>
    /// <exception cref="CliException">It cannot be made.</exception>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _management.SendAsync(HttpMethod.Put, $"vhosts/{_host}", new JsonObject(), cancellationToken);
            await _management.SendAsync(
                HttpMethod.Put,
                $"permissions/{_host}/{Uri.EscapeDataString(User)}",
                new JsonObject { ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" },
                cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            throw new CliException(
                $"the run cannot make a virtual host of its own by {_management.Address} ({e.Message}). It needs RabbitMQ's management API (--management) and a user who is an administrator there.",
                cause: e);
        }
    }

    /// <summary>Deletes the virtual host with all that is in it.</summary>
    public Task DeleteAsync(CancellationToken cancellationToken) => _management.SendAsync(HttpMethod.Delete, $"vhosts/{_host}", body: null, cancellationToken);

    /// <summary>Whether the broker answers and has the virtual host up.</summary>
    public async Task<bool> IsUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _management.SendAsync(HttpMethod.Get, $"vhosts/{_host}", body: null, cancellationToken);
            return answer?["cluster_state"] is JsonObject nodes && nodes.All(n => (string?)n.Value == "running");
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Closes every connection to the virtual host, as an operator or a failing network would.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CloseConnectionsAsync(CancellationToken cancellationToken)
    {
        var connections = await _management.SendAsync(HttpMethod.Get, $"vhosts/{_host}/connections?columns=name", body: null, cancellationToken);
        var names = connections?.AsArray().Select(c => (string)c!["name"]!).ToList() ?? [];
        foreach (var name in names)
        {
            await _management.SendAsync(HttpMethod.Delete, $"connections/{Uri.EscapeDataString(name)}", body: null, cancellationToken);
        }

        return names.Count;
    }

    /// <summary>Messages in each queue, those in consumers' hands included. Lags a few seconds.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountMessagesAsync(CancellationToken cancellationToken)
    {
        var queues = await _management.SendAsync(HttpMethod.Get, $"queues/{_host}?columns=name,messages", body: null, cancellationToken);
        return queues?.AsArray().ToDictionary(q => (string)q!["name"]!, q => (long?)q!["messages"] ?? 0) ?? [];
    }

    /// <summary>What is open in it, and what waits there. Lags a few seconds.</summary>
    /// <returns>Null where the broker does not say.</returns>
    public async Task<HostUsage?> UsageAsync(CancellationToken cancellationToken)
    {
        var connections = await _management.SendAsync(HttpMethod.Get, $"vhosts/{_host}/connections?columns=name", body: null, cancellationToken);
        var channels = await _management.SendAsync(HttpMethod.Get, $"vhosts/{_host}/channels?columns=name", body: null, cancellationToken);
        var queues = await _management.SendAsync(HttpMethod.Get, $"queues/{_host}?columns=name,messages,consumers", body: null, cancellationToken);
        return connections is null || channels is null || queues is null
            ? null
            : new HostUsage(
                connections.AsArray().Count,
                channels.AsArray().Count,
                queues.AsArray().Sum(q => (int?)q!["consumers"] ?? 0),
                queues.AsArray().Count,
                queues.AsArray().Where(q => (string?)q!["name"] != Topology.RejectedQueue).Sum(q => (long?)q!["messages"] ?? 0));
    }

    /// <summary>Whether the broker answers and has a policy for a queue.</summary>
    public async Task<bool> HasPolicyAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            var found = await _management.SendAsync(HttpMethod.Get, $"queues/{_host}/{Uri.EscapeDataString(queue)}", body: null, cancellationToken);
            return (string?)found?["policy"] is { Length: > 0 };
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    public void Dispose() => _management.Dispose();
}
