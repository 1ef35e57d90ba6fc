using System.Text.Json.Nodes;

namespace SdFleet.TestServers;

/// <summary>One test's own part of a broker.</summary>
public sealed class RabbitMqVirtualHost : IAsyncDisposable
{
    private readonly RabbitMqServer _server;

    internal RabbitMqVirtualHost(RabbitMqServer server, string name)
    {
        _server = server;
        Name = name;
        Uri = new UriBuilder(server.Uri) { Path = name }.Uri;
    }

    public string Name { get; }

    /// <summary><c>amqp://user:password@host:port/name</c></summary>
    public Uri Uri { get; }

    /// <summary>A queue as the management API describes it, or null if there is none of that name. Counts lag a second or two.</summary>
    public Task<JsonNode?> GetQueueAsync(string queue) => _server.Management.GetAsync($"queues/{Name}/{Uri.EscapeDataString(queue)}");

    public async Task<IReadOnlyList<string>> GetQueueNamesAsync() =>
        [.. (await _server.Management.GetAsync($"queues/{Name}?columns=name"))!.AsArray().Select(queue => (string)queue!["name"]!)];

    /// <summary>Publishes as an integrator would who knows nothing of .NET. Answers whether the message reached a queue.</summary>
    public async Task<bool> PublishAsync(
        string exchange,
        string routingKey,
        string body,
        IReadOnlyDictionary<string, string>? headers = null,
        string contentType = "application/json",
        string? userId = null)
    {
        var properties = new Dictionary<string, object>
        {
            ["delivery_mode"] = 2,
            ["content_type"] = contentType,
            ["headers"] = headers ?? new Dictionary<string, string>(),
        };
        if (userId is not null)
        {
            properties["user_id"] = userId;
        }

        var answer = await _server.Management.PostAsync($"exchanges/{Name}/{Uri.EscapeDataString(exchange)}/publish", new
        {
            properties,
            routing_key = routingKey,
            payload = body,
            payload_encoding = "string",
        });
        return (bool)answer!["routed"]!;
    }

    /// <summary>Takes up to so many messages out of a queue: each has <c>payload</c>, <c>properties</c>, <c>redelivered</c>.</summary>
    public async Task<IReadOnlyList<JsonNode>> TakeAsync(string queue, int count = 100)
    {
        var answer = await _server.Management.PostAsync($"queues/{Name}/{Uri.EscapeDataString(queue)}/get", new
        {
            count,
            ackmode = "ack_requeue_false",
            encoding = "auto",
        });
        return [.. answer!.AsArray().Select(message => message!)];
    }

    /// <summary>Takes a queue off an exchange, as a slip of an operator would.</summary>
    public Task UnbindAsync(string exchange, string queue) =>
        _server.Management.DeleteAsync($"bindings/{Name}/e/{Uri.EscapeDataString(exchange)}/q/{Uri.EscapeDataString(queue)}/~");

    /// <summary>Binds a queue to an exchange without a routing key.</summary>
    public Task BindAsync(string exchange, string queue) =>
        _server.Management.PostAsync($"bindings/{Name}/e/{Uri.EscapeDataString(exchange)}/q/{Uri.EscapeDataString(queue)}", new { routing_key = "" });

    public Task SetPolicyAsync(string name, string pattern, object definition, string applyTo = "queues") =>
        _server.Management.PutAsync($"policies/{Name}/{name}", new Dictionary<string, object>
        {
            ["pattern"] = pattern,
            ["definition"] = definition,
            ["apply-to"] = applyTo,
        });

    public async ValueTask DisposeAsync() => await _server.Management.DeleteAsync($"vhosts/{Name}");
}
