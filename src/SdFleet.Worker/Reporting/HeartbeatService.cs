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
    ILogger<HeartbeatService> logger) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await SendAsync(WorkerState.Stopped, cancellationToken).ConfigureAwait(false);
    }

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

                var state = lifetime.ApplicationStopping.IsCancellationRequested ? WorkerState.Draining
                    : attempts.Held.Count > 0 ? WorkerState.Busy
                    : WorkerState.Idle;
                await SendAsync(state, stoppingToken).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task SendAsync(WorkerState state, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.Value.HeartbeatInterval);
        var done = attempts.Done;
        try
        {
            await publisher.ReportAsync(
                new WorkerHeartbeat
                {
                    WorkerId = identity.Id,
                    Host = Environment.MachineName,
                    Model = model.Name,
                    ModelDigest = model.Model.Digest,
                    ExecutionProvider = model.Model.Provider,
                    Device = model.Model.Device,
                    RuntimeVersion = model.Model.RuntimeVersion,
                    Version = FleetVersion.Current,
                    State = state,
                    Holds = attempts.Held,
                    ImagesDone = done.Images,
                    GpuSeconds = done.GpuSeconds,
                    PixelPasses = done.PixelPasses,
                    BytesStored = done.Bytes,
                    StartedAt = identity.StartedAt,
                    At = clock.GetUtcNow(),
                },
                deadline.Token).ConfigureAwait(false);
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
