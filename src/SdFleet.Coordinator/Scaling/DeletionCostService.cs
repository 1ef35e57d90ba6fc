using Microsoft.Extensions.Options;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Scaling;

/// <summary>
/// Keeps each worker pod's deletion cost at the number of attempts it holds, so that scaling in takes idle workers first.
/// The coordinator does it for all of them, so that workers, which run on foreign nodes, have no rights in the cluster.
/// Best effort: a worker that is removed while busy gives its work back.
/// </summary>
internal sealed partial class DeletionCostService(
    IJobStore store, KubernetesPods pods, IOptions<ScaleOptions> options, TimeProvider clock, ILogger<DeletionCostService> logger) : PeriodicService(clock)
{
    private readonly Dictionary<string, int> _told = new(StringComparer.Ordinal);

    protected override TimeSpan Interval => options.Value.DeletionCostInterval;

    /// <summary>Tells Kubernetes what changed since the last time.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        var workers = await store.ListWorkersAsync(Clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        var costs = workers.Where(w => w.Alive).ToLookup(w => w.Heartbeat.Host, w => w.Heartbeat.Holds.Count).ToDictionary(g => g.Key, g => g.Max(), StringComparer.Ordinal);
        foreach (var gone in _told.Keys.Except(costs.Keys).ToList())
        {
            _told.Remove(gone);
        }

        foreach (var (pod, cost) in costs)
        {
            if (!_told.TryGetValue(pod, out var told) || told != cost)
            {
                await pods.SetDeletionCostAsync(pod, cost, cancellationToken).ConfigureAwait(false);
                _told[pod] = cost;
            }
        }
    }

    protected override Task RunAsync(CancellationToken stoppingToken) => TellAsync(stoppingToken);

    protected override void LogTrouble(Exception error) => LogNotTold(error.Message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kubernetes was not told which workers are busy: {Reason}")]
    private partial void LogNotTold(string reason);
}
