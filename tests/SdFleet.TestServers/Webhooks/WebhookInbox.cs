using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SdFleet.TestServers.Webhooks;

/// <summary>Somebody who takes webhooks: real Kestrel on this machine's loopback, which keeps what comes.</summary>
public sealed class WebhookInbox : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly ConcurrentQueue<ReceivedWebhook> _received = new();
    private readonly WebApplication _application;

    private WebhookInbox(WebApplication application) => _application = application;

    /// <summary>Answers; by default with 204. Hears of what has been kept already.</summary>
    public Func<ReceivedWebhook, HttpResponse, Task> OnReceived { get; set; } = (_, response) =>
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_application.Urls.Single());

    /// <summary>What has come, in the order of arrival.</summary>
    public IReadOnlyList<ReceivedWebhook> Received => [.. _received];

    public static async Task<WebhookInbox> StartAsync(string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        var inbox = new WebhookInbox(builder.Build());
        inbox._application.Run(inbox.TakeAsync);
        await inbox._application.StartAsync();
        return inbox;
    }

    /// <summary>An address of it.</summary>
    public string UrlOf(string path) => new Uri(Address, path).ToString();

    /// <summary>Waits until so many have come.</summary>
    public async Task<IReadOnlyList<ReceivedWebhook>> WaitForAsync(int count)
    {
        var waited = Stopwatch.StartNew();
        while (_received.Count < count)
        {
            if (waited.Elapsed > Patience)
            {
                throw new TestServerException($"{_received.Count} webhooks came, not {count}.");
            }

            await Task.Delay(20);
        }

        return Received;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var received = new ReceivedWebhook(context.Request.Path.Value!, headers, body.ToArray());
        _received.Enqueue(received);
        await OnReceived(received, context.Response);
    }
}
