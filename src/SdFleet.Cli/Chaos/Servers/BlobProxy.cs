using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SdFleet.Cli.Embedded;

namespace SdFleet.Cli.Chaos.Servers;

/// <summary>
/// An HTTP proxy on this machine in front of any blob service, which loses, delays and refuses requests on demand. It changes
/// nothing else about them, so that signatures stay valid.
/// </summary>
internal sealed class BlobProxy : IAsyncDisposable
{
    private const string ServerBusy = "ServerBusy";

    // Between two machines only, or for the proxy itself (RFC 9110, section 7.6.1).
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Expect", "Host", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    private readonly ConcurrentDictionary<string, ConnectionContext> _connections = new();
    private readonly HttpClient _upstream;
    private readonly WebApplication _app;
    private readonly Uri _service;
    private volatile TaskCompletionSource _over = Over();
    private volatile BlobFault _fault;
    private long _harmed;

    private BlobProxy(Uri service, int port)
    {
        _service = service;
        _upstream = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                endpoint.Use(next => connection => ConnectAsync(connection, next));
            });
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
        Port = port;
    }

    /// <summary>Where it listens, on the loopback address.</summary>
    public int Port { get; }

    /// <summary>Requests and connections that a fault has met since the proxy was started.</summary>
    public long Harmed => Interlocked.Read(ref _harmed);

    public static async Task<BlobProxy> StartAsync(Uri service, int port, CancellationToken cancellationToken)
    {
        var proxy = new BlobProxy(service, port);
        await proxy._app.StartAsync(cancellationToken);
        return proxy;
    }

    /// <summary>Begins a fault.</summary>
    public void Begin(BlobFault fault)
    {
        _over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _fault = fault;
        if (fault == BlobFault.Away)
        {
            foreach (var connection in _connections.Values)
            {
                connection.Abort();
            }
        }
    }

    /// <summary>Ends the fault.</summary>
    public void End()
    {
        _fault = BlobFault.None;
        _over.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        End();
        await _app.DisposeAsync();
        _upstream.Dispose();
    }

    private static TaskCompletionSource Over()
    {
        var over = new TaskCompletionSource();
        over.SetResult();
        return over;
    }

    private async Task ConnectAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (_fault == BlobFault.Away)
        {
            Interlocked.Increment(ref _harmed);
            connection.Abort();
            return;
        }

        _connections[connection.ConnectionId] = connection;
        try
        {
            await next(connection);
        }
        finally
        {
            _connections.TryRemove(connection.ConnectionId, out _);
        }
    }

    private async Task HandleAsync(HttpContext context)
    {
        var fault = _fault;
        if (fault != BlobFault.None)
        {
            Interlocked.Increment(ref _harmed);
        }

        switch (fault)
        {
            case BlobFault.Errors:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers["x-ms-error-code"] = ServerBusy;
                break;
            case BlobFault.Hang:
                await Task.WhenAny(_over.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
                context.Abort();
                break;
            case BlobFault.Away:
                context.Abort();
                break;
            default:
                await ForwardAsync(context, isAnswered: fault == BlobFault.None);
                break;
        }
    }

    private async Task ForwardAsync(HttpContext context, bool isAnswered)
    {
        try
        {
            using var request = RequestOf(context);
            using var response = await _upstream.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            if (!isAnswered)
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = (int)response.StatusCode;
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(h => !HopByHop.Contains(h.Key)))
            {
                context.Response.Headers[name] = values.ToArray();
            }

            if (!HttpMethods.IsHead(context.Request.Method) && response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified))
            {
                await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The service, or whoever asked, has gone: the other one sees that too.
            context.Abort();
        }
    }

    private HttpRequestMessage RequestOf(HttpContext context)
    {
        // Exactly as it came: a signature is over the path and the query as they were written.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var uri = new Uri(_service.GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var incoming = context.Request;
        var request = new HttpRequestMessage(new HttpMethod(incoming.Method), uri);
        if (incoming.ContentLength is not null || incoming.Headers.TransferEncoding.Count > 0)
        {
            request.Content = incoming.ContentLength == 0 ? new ByteArrayContent([]) : new StreamContent(incoming.Body);
        }

        foreach (var (name, values) in incoming.Headers.Where(h => !HopByHop.Contains(h.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        return request;
    }
}
