using System.Net;
using SdFleet.Cli.Embedded;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Cli.Soak;

/// <summary>Takes the run's webhooks on this machine, and counts them.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private long _taken;

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(TakeAsync);
    }

    /// <summary>How many have come.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>What a job asks for that is to be told of here.</summary>
    public Webhook Webhook => new() { Url = $"{_app.Urls.Single()}/soak" };

    public static async Task<WebhookReceiver> StartAsync(CancellationToken cancellationToken)
    {
        var receiver = new WebhookReceiver();
        await receiver._app.StartAsync(cancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        Interlocked.Increment(ref _taken);
    }
}
