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
    IJobStore store, ModelCatalog models, JobCosts costs, IOptions<ScaleOptions> scale, TimeProvider clock, ILogger<FleetGauges> logger) : PeriodicService(clock)
{
    private static readonly JobState[] Open = [JobState.Queued, JobState.Released, JobState.Running];

    protected override TimeSpan Interval => TimeSpan.FromSeconds(10);

    /// <summary>Looks once.</summary>
    public async Task ObserveAsync(CancellationToken cancellationToken)
    {
        var counts = await store.CountAsync(cancellationToken).ConfigureAwait(false);
        var workers = await store.ListWorkersAsync(Clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
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
        await TryAsync(stoppingToken).ConfigureAwait(false);
        await base.ExecuteAsync(stoppingToken).ConfigureAwait(false);
    }

    protected override Task RunAsync(CancellationToken stoppingToken) => CoordinatorMetrics.Workers.Enabled ? ObserveAsync(stoppingToken) : Task.CompletedTask;

    protected override void LogTrouble(Exception error) => LogStandStill(error.Message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The fleet's gauges stand still: {Reason}")]
    private partial void LogStandStill(string reason);
}
