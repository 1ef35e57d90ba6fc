using System.Diagnostics;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Coordinator.Leases;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Telemetry;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Release;

/// <summary>
/// Moves jobs from the store to the work queues, no more than a window a model: the rest stays where it can still be
/// cancelled, reordered and paused. A window is filled lane by lane, and each lane by the tenants' shares. Several coordinators
/// may release at once; together they fill at most a window each.
/// </summary>
internal sealed partial class Releaser(
    IJobStore store,
    FleetPublisher publisher,
    ModelCatalog models,
    IOptions<ReleaseOptions> options,
    IOptions<LeaseOptions> leases,
    TimeProvider clock,
    ILogger<Releaser> logger)
{
    // However large the window: what a coordinator has in memory is not to grow with it.
    private const int MostAtOnce = 500;

    // Not before the first release: all options are checked at start, and what is wrong with any of them is said together.
    private TenantWeights? _weights;

    /// <summary>Fills every model's window.</summary>
    /// <returns>Jobs released.</returns>
    public async Task<int> ReleaseAsync(CancellationToken cancellationToken)
    {
        var counts = await store.CountAsync(cancellationToken).ConfigureAwait(false);
        var workers = await store.ListWorkersAsync(clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        var released = 0;
        foreach (var model in models.Specs.Keys)
        {
            var alive = workers.Count(w => w.Alive && w.Heartbeat.Model == model && w.Heartbeat.State != WorkerState.Stopped);
            var inFlight = counts.Where(c => c.Model == model && ReleaseRule.IsInFlight(c.State)).Sum(c => c.Jobs);
            var free = ReleaseRule.Free(options.Value, alive, inFlight);
            foreach (var lane in ReleaseRule.Lanes)
            {
                if (free > 0 && counts.Any(c => c.Model == model && c.Lane == lane && c.State == JobState.Queued && c.Jobs > 0))
                {
                    var taken = await FillAsync(model, lane, free, cancellationToken).ConfigureAwait(false);
                    free -= taken;
                    released += taken;
                }
            }
        }

        return released;
    }

    // Until the lane has no more: the lanes after it have to wait for that.
    private async Task<int> FillAsync(string model, Lane lane, long free, CancellationToken cancellationToken)
    {
        var released = 0;
        while (released < free)
        {
            var wanted = (int)Math.Min(free - released, MostAtOnce);
            var taken = await ReleaseAsync(model, lane, wanted, cancellationToken).ConfigureAwait(false);
            released += taken;
            if (taken < wanted)
            {
                break;
            }
        }

        return released;
    }

    private async Task<int> ReleaseAsync(string model, Lane lane, int max, CancellationToken cancellationToken)
    {
        _weights ??= new TenantWeights(options.Value.TenantWeights);
        var jobs = await store.ReleaseAsync(model, lane, max, clock.GetUtcNow(), leases.Value.ReleaseLease, _weights, cancellationToken).ConfigureAwait(false);
        var unpublished = (await Task.WhenAll(jobs.Select(j => PublishAsync(j, cancellationToken))).ConfigureAwait(false))
            .OfType<HeldAttempt>().ToList();
        if (unpublished.Count > 0)
        {
            // Not with the caller's token: what was taken from the store has to go back even while stopping. Where this
            // fails too, the lease brings the jobs back.
            await store.ReturnAsync(unpublished, CancellationToken.None).ConfigureAwait(false);
        }

        var released = jobs.Count - unpublished.Count;
        CoordinatorMetrics.Releases.Add(released, new("sdfleet.model", model), new("sdfleet.lane", lane.ToString()));
        return released;
    }

    private async Task<HeldAttempt?> PublishAsync(ReleasedJob job, CancellationToken cancellationToken)
    {
        using var activity = TraceContext.Continue(CoordinatorActivity.Source, "release", ActivityKind.Internal, job.Traceparent);
        activity?.SetTag("sdfleet.job.id", job.Message.JobId).SetTag("sdfleet.job.attempt", job.Message.Attempt);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.Value.PublishTimeout);
        try
        {
            await publisher.ReleaseAsync(job.Message, leases.Value.ReleaseLease, deadline.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is BrokerUnavailableException or OperationCanceledException)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            LogNotPublished(job.Message.JobId, job.Message.Attempt, e.Message);
            return new HeldAttempt(job.Message.JobId, job.Message.Attempt);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId}, attempt {Attempt}, could not be released and waits on: {Reason}")]
    private partial void LogNotPublished(Guid jobId, int attempt, string reason);
}
