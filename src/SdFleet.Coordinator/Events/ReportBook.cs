using Microsoft.Extensions.Options;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Coordinator.Batching;
using SdFleet.Coordinator.Leases;
using SdFleet.Coordinator.Release;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Events;

/// <summary>Enters workers' reports into the job store.</summary>
internal sealed partial class ReportBook : IAsyncDisposable
{
    private const int MaxBatch = 1000;

    private readonly Batcher<JobEvent, EventOutcome> _events;
    private readonly Batcher<WorkerHeartbeat, bool> _heartbeats;
    private readonly ReleaseSignal _release;
    private readonly ILogger<ReportBook> _logger;

    public ReportBook(
        IJobStore store, IOptions<RetryPolicy> retry, IOptions<LeaseOptions> leases, ReleaseSignal release, TimeProvider clock, ILogger<ReportBook> logger)
    {
        _release = release;
        _logger = logger;
        _events = new Batcher<JobEvent, EventOutcome>(
            MaxBatch, (events, token) => store.ApplyAsync(events, retry.Value, clock.GetUtcNow(), leases.Value.RunLease, token));
        _heartbeats = new Batcher<WorkerHeartbeat, bool>(MaxBatch, async (heartbeats, token) =>
        {
            await store.RecordHeartbeatsAsync(heartbeats, clock.GetUtcNow(), leases.Value.RunLease, token).ConfigureAwait(false);
            return [.. heartbeats.Select(_ => true)];
        });
    }

    public Task EnterAsync(JobStarted report) => EnterAsync(JobEvent.From(report), report.WorkerId);

    public Task EnterAsync(JobProgress report) => EnterAsync(JobEvent.From(report), report.WorkerId);

    public Task EnterAsync(JobCompleted report) => EnterAsync(JobEvent.From(report), report.WorkerId);

    public Task EnterAsync(JobFailed report)
    {
        LogFailed(report.JobId, report.Attempt, report.ErrorClass, report.WorkerId, report.Reason);
        return EnterAsync(JobEvent.From(report), report.WorkerId);
    }

    public Task EnterAsync(WorkerHeartbeat heartbeat) => _heartbeats.ProcessAsync(heartbeat);

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync().ConfigureAwait(false);
        await _heartbeats.DisposeAsync().ConfigureAwait(false);
    }

    private async Task EnterAsync(JobEvent report, string workerId)
    {
        var outcome = await _events.ProcessAsync(report).ConfigureAwait(false);
        if (outcome.Result == EventResult.Refused)
        {
            LogRefused(report.Report.GetType().Name, report.JobId, report.Attempt, workerId, outcome.Reason);
        }

        // Whatever ended an attempt made room in the window.
        if (outcome.State is { } state && state is not (JobState.Running or JobState.Released))
        {
            _release.Set();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Attempt {Attempt} of job {JobId} ended as {ErrorClass} on {WorkerId}: {Reason}")]
    private partial void LogFailed(Guid jobId, int attempt, ErrorClass errorClass, string workerId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Refused {Report} of job {JobId}, attempt {Attempt}, from {WorkerId}: {Reason}")]
    private partial void LogRefused(string report, Guid jobId, int attempt, string workerId, string? reason);
}
