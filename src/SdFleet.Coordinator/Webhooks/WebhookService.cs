using Microsoft.Extensions.Options;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Webhooks;

/// <summary>
/// Looks for receivers for whom something is due and serves each on its own, so many of a tenant and so many in all: a slow
/// one holds up its own deliveries only.
/// </summary>
internal sealed partial class WebhookService(
    IJobStore store, WebhookDeliverer deliverer, IOptions<WebhookDeliveryOptions> options, TimeProvider clock, ILogger<WebhookService> logger) : BackgroundService
{
    // Far more than are served at once, as some of them are being served or left alone.
    private const int MaxListed = 1000;

    private static readonly TimeSpan ForgetInterval = TimeSpan.FromHours(1);

    private readonly WebhookDeliveryOptions _options = options.Value;
    private readonly Dictionary<WebhookReceiver, Task<bool>> _served = [];
    private readonly Dictionary<WebhookReceiver, DateTimeOffset> _leftAloneUntil = [];
    private DateTimeOffset _forgetAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await ServeAsync(stoppingToken).ConfigureAwait(false);
                    await ForgetAsync(stoppingToken).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Whatever it was, the next round may do better; an escaped exception would stop the coordinator.
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    LogTrouble(e);
                }

                await WaitAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }

        await Task.WhenAll(_served.Values).ConfigureAwait(false);
    }

    private async Task ServeAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        foreach (var (receiver, task) in _served.Where(s => s.Value.IsCompleted).ToList())
        {
            _served.Remove(receiver);
            if (await task.ConfigureAwait(false))
            {
                _leftAloneUntil[receiver] = now + _options.BaseDelay;
            }
        }

        foreach (var receiver in _leftAloneUntil.Where(l => l.Value <= now).Select(l => l.Key).ToList())
        {
            _leftAloneUntil.Remove(receiver);
        }

        var perTenant = _served.Keys.CountBy(receiver => receiver.Tenant).ToDictionary(StringComparer.Ordinal);
        var storeNow = await store.GetTimeAsync(stopping).ConfigureAwait(false);
        foreach (var receiver in await store.ListDueReceiversAsync(storeNow, MaxListed / 4, MaxListed, stopping).ConfigureAwait(false))
        {
            // One more of a tenant only while more places are free than it has: however many tenants are slow, and however many receivers
            // each has, somebody new finds a place (dynamic thresholds: Choudhury and Hahne, 1998).
            var ofTenant = perTenant.GetValueOrDefault(receiver.Tenant);
            var most = Math.Min(_options.PerTenant, _options.MaxReceivers - _served.Count);
            if (ofTenant < most && !_served.ContainsKey(receiver) && !_leftAloneUntil.ContainsKey(receiver))
            {
                _served.Add(receiver, DeliverAsync(receiver, stopping));
                perTenant[receiver.Tenant] = ofTenant + 1;
            }
        }
    }

    private async Task<bool> DeliverAsync(WebhookReceiver receiver, CancellationToken stopping)
    {
        // The loop goes on at once, whatever the first step of this is.
        await Task.Yield();
        try
        {
            return await deliverer.DeliverAsync(receiver, stopping).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it was, what was claimed becomes due again; an escaped exception would stop the coordinator.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!stopping.IsCancellationRequested)
            {
                LogTrouble(e);
            }

            return true;
        }
    }

    // Until the time is over or somebody has been served, who may make room for others or have more to be sent.
    private async Task WaitAsync(CancellationToken stopping)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        List<Task> any = [.. _served.Values, Task.Delay(_options.Interval, clock, pause.Token)];
        await Task.WhenAny(any).ConfigureAwait(false);
        await pause.CancelAsync().ConfigureAwait(false);
        stopping.ThrowIfCancellationRequested();
    }

    private async Task ForgetAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        if (now >= _forgetAt)
        {
            await store.ForgetWebhooksAsync(await store.GetTimeAsync(stopping).ConfigureAwait(false) - _options.KeepFor, stopping).ConfigureAwait(false);
            _forgetAt = now + ForgetInterval;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhooks have to wait")]
    private partial void LogTrouble(Exception error);
}
