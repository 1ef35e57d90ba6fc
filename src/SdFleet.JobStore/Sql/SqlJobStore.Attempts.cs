using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.JobStore.Transitions;

namespace SdFleet.JobStore.Sql;

internal sealed partial class SqlJobStore
{
    public async Task<int> ReturnAsync(IReadOnlyList<HeldAttempt> attempts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempts);
        if (attempts.Count == 0)
        {
            return 0;
        }

        return await WriteAsync(
            async session =>
            {
                var jobs = await TakeAsync(session, attempts.Select(a => a.JobId), cancellationToken);
                var back = attempts
                    .Distinct()
                    .Select(a => (a.Attempt, Job: jobs.GetValueOrDefault(a.JobId)))
                    .Where(a => a.Job is { State: JobState.Released } && a.Job.Attempt == a.Attempt)
                    .Select(a => JobTransitions.Returned(a.Job!))
                    .ToList();
                await UpdateAsync(session, back, cancellationToken);
                return back.Count;
            },
            cancellationToken);
    }

    public async Task<IReadOnlyList<EventOutcome>> ApplyAsync(
        IReadOnlyList<JobEvent> events, RetryPolicy policy, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(policy);
        return events.Count == 0
            ? []
            : await WriteAsync(session => ApplyAsync(session, events, policy, now, now + lease, cancellationToken), cancellationToken);
    }

    public async Task<IReadOnlyList<ExpiredAttempt>> ExpireLeasesAsync(
        RetryPolicy policy, DateTimeOffset now, int max, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return await WriteAsync(
            async session =>
            {
                var overdue = await session.QueryAsync(_sql.SelectExpired, new { now = SqlTime.Of(now), max }, RowReaders.TakenJob, cancellationToken);
                var ended = overdue.Select(job => (Before: job, After: JobTransitions.Expired(job, policy, now))).ToList();
                await UpdateAsync(session, [.. ended.Select(e => e.After)], now, cancellationToken);
                return ended
                    .Select(e => new ExpiredAttempt(
                        e.Before.Id, e.Before.Attempt, e.Before.State == JobState.Running ? e.Before.WorkerId : null, e.After.State))
                    .ToList();
            },
            cancellationToken);
    }

    public async Task<IReadOnlyList<CancelOutcome>> CancelAsync(
        IReadOnlyList<Guid> jobIds, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobIds);
        if (jobIds.Count == 0)
        {
            return [];
        }

        return await WriteAsync(
            async session =>
            {
                var jobs = await TakeAsync(session, jobIds, cancellationToken);
                var stopped = jobs.Values.Where(j => !j.State.IsTerminal()).Select(j => JobTransitions.Cancelled(j, now)).ToList();
                await UpdateAsync(session, stopped, now, cancellationToken);
                var after = stopped.ToDictionary(j => j.Id);
                return jobIds.Select(id => Outcome(id, jobs.GetValueOrDefault(id), after.GetValueOrDefault(id))).ToList();
            },
            cancellationToken);
    }

    private async Task<IReadOnlyList<EventOutcome>> ApplyAsync(
        Session session,
        IReadOnlyList<JobEvent> events,
        RetryPolicy policy,
        DateTimeOffset now,
        DateTimeOffset leaseUntil,
        CancellationToken cancellationToken)
    {
        var jobs = await TakeAsync(session, events.Select(e => e.JobId), cancellationToken);
        var changed = new HashSet<Guid>();
        var images = new List<object>();
        var redraws = new Dictionary<long, int>();
        var outcomes = new List<EventOutcome>(events.Count);
        foreach (var @event in events)
        {
            if (!jobs.TryGetValue(@event.JobId, out var job))
            {
                outcomes.Add(new EventOutcome(@event.JobId, EventResult.Unknown, State: null));
                continue;
            }

            var transition = @event.Report switch
            {
                JobStarted started => JobTransitions.Started(job, started, leaseUntil),
                JobProgress progress => JobTransitions.Progressed(job, progress, leaseUntil),
                JobCompleted completed => JobTransitions.Completed(job, completed),
                JobFailed failed => JobTransitions.Failed(job, failed, policy, now),
                _ => throw new InvalidOperationException($"No transition for {@event.Report.GetType().Name}."),
            };
            if (transition.Result == EventResult.Applied)
            {
                jobs[job.Id] = transition.Row;
                changed.Add(job.Id);
                if (@event.Report is JobCompleted { Images: var finished })
                {
                    if (finished.Sum(image => image.Draws?.Count ?? 0) is > 0 and var drawn)
                    {
                        redraws[job.Seq] = drawn;
                    }

                    images.AddRange((await MakeRoomAsync(session, job, finished, cancellationToken)).Select(image => new
                    {
                        job_seq = job.Seq,
                        idx = image.Index,
                        record = JsonSerializer.Serialize(image, ContractsJson.Options),
                    }));
                }
            }

            outcomes.Add(new EventOutcome(job.Id, transition.Result, transition.Row.State, transition.Reason));
        }

        await UpdateAsync(session, [.. changed.Select(id => jobs[id])], now, cancellationToken);
        if (images.Count > 0)
        {
            await session.ExecuteAsync(_sql.InsertImages, new { rows = SqlJson.Rows(images) }, cancellationToken);
        }

        if (redraws.Count > 0)
        {
            await ChargeRedrawsAsync(session, redraws, cancellationToken);
        }

        return outcomes;
    }

    private static CancelOutcome Outcome(Guid id, JobRow? before, JobRow? after) => before switch
    {
        null => new CancelOutcome(id, CancelResult.Unknown, State: null, Attempt: 0, WasInFlight: false),
        _ when after is not null => new CancelOutcome(
            id, CancelResult.Cancelled, after.State, before.Attempt, before.State is JobState.Released or JobState.Running),
        _ => new CancelOutcome(id, CancelResult.AlreadyOver, before.State, before.Attempt, WasInFlight: false),
    };
}
