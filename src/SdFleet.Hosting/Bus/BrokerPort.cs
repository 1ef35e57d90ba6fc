using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// Waits for the broker's port before MassTransit connects. By itself MassTransit pauses longer after each connection that fails, up
/// to half a minute, and a broker that is back would stand idle for as long: everything that publishes or consumes waits for it.
/// </summary>
internal sealed partial class BrokerPort(Uri broker, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<BrokerPort> logger)
{
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    // Of one try: a host that swallows packets gives no answer at all.
    private static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(3);

    // Then connecting says what is wrong.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private int Port => broker.Port > 0 ? broker.Port : broker.Scheme == "amqps" ? TlsPort : PlainPort;

    /// <summary>Returns once somebody listens there, after a minute in any case, and at once where the process stops.</summary>
    public async Task WaitAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        patience.CancelAfter(Patience);
        var isFirst = true;
        while (!patience.IsCancellationRequested && !await IsOpenAsync(patience.Token).ConfigureAwait(false))
        {
            if (isFirst)
            {
                LogWaiting(broker.Host, Port);
                isFirst = false;
            }

            await Task.Delay(Pause, clock, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TryTimeout);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(broker.Host, Port, timeout.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody listens at {Host}:{Port}, where the broker should be; waiting")]
    private partial void LogWaiting(string host, int port);
}
