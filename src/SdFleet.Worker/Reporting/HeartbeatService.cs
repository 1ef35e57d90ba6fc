using Microsoft.Extensions.Options;
using SdFleet.Contracts.Workers;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Worker.Inference;
using SdFleet.Worker.Models;

namespace SdFleet.Worker.Reporting;

/// <summary>
/// Says that the worker is alive and renews the leases of what it holds. Its own clockwork, apart from the broker's heartbeat,
/// which a process whose model hangs would go on sending: once a step takes longer than it may, this one falls silent.
/// </summary>
internal sealed partial class HeartbeatService(
    FleetPublisher publisher,
    LoadedModel model,
    InferenceThread inference,
    AttemptsInHand attempts,
    WorkerIdentity identity,
    IHostApplicationLifetime lifetime,
    IOptions<WorkerOptions> options,
    TimeProvider clock,
    ILogger<HeartbeatService> logger) : BackgroundService, IHostedLifecycleService
{
    // Of what is said while the worker stops: a broker that is away is not waited for.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _lastAt;
    private volatile bool _isStopping;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Before anything is stopped: the bus is the first to be, and then nothing can be said any more.
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        return SendAsync(LastWords, cancellationToken);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        WorkerMetrics.Begin(model.Name);
        using var timer = new PeriodicTimer(options.Value.HeartbeatInterval, clock);
        try
        {
            do
            {
                if (inference.IsHung(out var silence, out var limit))
                {
                    LogHung(silence, limit);
                    continue;
                }

                await SendAsync(options.Value.HeartbeatInterval, stoppingToken).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private WorkerHeartbeat Next()
    {
        lock (_lock)
        {
            // The newest one counts: where the machine's clock is set back, none would count until it has caught up.
            var now = clock.GetUtcNow();
            _lastAt = now > _lastAt ? now : _lastAt + TimeSpan.FromMilliseconds(1);
            var (held, done) = (attempts.Held, attempts.Done);
            var isStopping = _isStopping || lifetime.ApplicationStopping.IsCancellationRequested;
            return new WorkerHeartbeat
            {
                WorkerId = identity.Id,
                Host = Environment.MachineName,
                Model = model.Name,
                ModelDigest = model.Model.Digest,
                ExecutionProvider = model.Model.Provider,
                Device = model.Model.Device,
                RuntimeVersion = model.Model.RuntimeVersion,
                Version = FleetVersion.Current,
                State = (isStopping, held.Count) switch
                {
                    (false, 0) => WorkerState.Idle,
                    (false, _) => WorkerState.Busy,
                    (true, 0) => WorkerState.Stopped,
                    (true, _) => WorkerState.Draining,
                },
                Holds = held,
                ImagesDone = done.Images,
                GpuSeconds = done.GpuSeconds,
                PixelPasses = done.PixelPasses,
                BytesStored = done.Bytes,
                StartedAt = identity.StartedAt,
                At = _lastAt,
            };
        }
    }

    private async Task SendAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            await publisher.ReportAsync(Next(), deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BrokerUnavailableException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogNotSent(e.Message);
        }
        catch (OperationCanceledException)
        {
            // Stopping; the last word is best effort.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The model has not moved for {Silence}, longer than it may take ({Limit}): no heartbeat is sent")]
    private partial void LogHung(TimeSpan silence, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A heartbeat was not sent: {Reason}")]
    private partial void LogNotSent(string reason);
}
