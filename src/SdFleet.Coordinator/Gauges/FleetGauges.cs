using Microsoft.Extensions.Options;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Coordinator.Scaling;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Gauges;

/// <summary>
/// Keeps the gauges of what is in the fleet: jobs, work outstanding, workers. Asks the job store's counters, and only while
/// somebody collects metrics. Every coordinator says the same, so a query takes the greatest, not the sum.
/// </summary>
internal sealed partial class FleetGauges(
    IJobStore store, ModelCatalog models, JobCosts costs, IOptions<ScaleOptions> scale, TimeProvider clock, ILogger<FleetGauges> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly JobState[] Open = [JobState.Queued, JobState.Released, JobState.Running];

    /// <summary>Looks once.</summary>
    public async Task ObserveAsync(CancellationToken cancellationToken)
    {
        var counts = await store.CountAsync(cancellationToken).ConfigureAwait(false);
        var workers = await store.ListWorkersAsync(clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        foreach (var model in models.Specs.Keys)
        {
            var name = new KeyValuePair<string, object?>("sdfleet.model", model);
            foreach (var lane in Enum.GetValues<Lane>())
            {
                // Those that are none too: a gauge that is not set keeps what it was.
                foreach (var state in Open)
                {
                    CoordinatorMetrics.Jobs.Record(
                        counts.Where(c => c.Model == model && c.Lane == lane && c.State == state).Sum(c => c.Jobs),
                        name,
                        new("sdfleet.lane", lane.ToString()),
                        new("sdfleet.state", state.ToString()));
                }
            }

            var outstanding = await store.CountOutstandingAsync(model, cancellationToken).ConfigureAwait(false);
            var seconds = ScaleRule.GpuSeconds(outstanding, costs.SecondsPerJob(model), scale.Value.SecondsPerJob);
            CoordinatorMetrics.Outstanding.Record(seconds, name);
            if (models.Find(model)?.PricePerGpuHour is { } perHour)
            {
                CoordinatorMetrics.OutstandingCost.Record(seconds / 3600 * perHour, name);
            }

            CoordinatorMetrics.Workers.Record(workers.Count(w => w.Alive && w.Heartbeat.Model == model && w.Heartbeat.State != WorkerState.Stopped), name);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CoordinatorMetrics.Begin(from model in models.Specs.Keys from lane in Enum.GetValues<Lane>() select Topology.WorkQueue(model, lane));
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                if (CoordinatorMetrics.Workers.Enabled)
                {
                    await TryObserveAsync(stoppingToken).ConfigureAwait(false);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task TryObserveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ObserveAsync(cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it was, the next look may do better; an escaped exception would stop the coordinator.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogTrouble(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The fleet's gauges stand still: {Reason}")]
    private partial void LogTrouble(string reason);
}
