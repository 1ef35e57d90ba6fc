using SdFleet.Contracts.Events;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore.Transitions;

/// <summary>
/// The life of a job as pure functions: what a report makes of it, whatever the order in which reports come. Two rules do
/// most of it: only the living attempt moves a job, except that any success does; and a terminal state is left only by a job that is to be made again.
/// </summary>
internal static class JobTransitions
{
    /// <summary>A worker has begun.</summary>
    public static Transition Started(JobRow job, JobStarted report, DateTimeOffset leaseUntil)
    {
        if (Settled(job, report.Attempt) is { } settled)
        {
            return settled;
        }

        // The broker may hand one attempt to a second worker after the first one died: the later one has it.
        var isNew = job.State == JobState.Released || (report.WorkerId != job.WorkerId && report.At > job.StartedAt);
        return isNew
            ? Applied(job with
            {
                State = JobState.Running,
                WorkerId = report.WorkerId,
                StartedAt = report.At,
                LeaseUntil = leaseUntil,
                Step = 0,
            })
            : new Transition(EventResult.Duplicate, job);
    }

    /// <summary>A worker has moved on.</summary>
    public static Transition Progressed(JobRow job, JobProgress report, DateTimeOffset leaseUntil)
    {
        if (Settled(job, report.Attempt) is { } settled)
        {
            return settled;
        }

        if (job.State == JobState.Running && report.Step <= job.Step)
        {
            return new Transition(report.Step == job.Step ? EventResult.Duplicate : EventResult.Stale, job);
        }

        // It also says that the attempt has started, should that report be late or lost.
        return Applied(job with
        {
            State = JobState.Running,
            WorkerId = report.WorkerId,
            StartedAt = job.State == JobState.Running ? job.StartedAt : report.At,
            LeaseUntil = job.State == JobState.Running ? Later(job.LeaseUntil, leaseUntil) : leaseUntil,
            Step = report.Step,
            Steps = report.Steps,
        });
    }

    /// <summary>Every picture is stored.</summary>
    public static Transition Completed(JobRow job, JobCompleted report)
    {
        if (job.State == JobState.Completed)
        {
            return new Transition(EventResult.Duplicate, job);
        }

        // A report of what was lost since, delivered once more, does not bring it back.
        if (job.State.IsTerminal() || report.Attempt <= job.ReopenedAfter)
        {
            return new Transition(EventResult.Stale, job);
        }

        if (WhatIsMissing(job, report.Images) is { } missing)
        {
            return new Transition(EventResult.Refused, job, missing);
        }

        return Applied(Ended(job, JobState.Completed, report.At) with { WorkerId = report.WorkerId });
    }

    /// <summary>An attempt has ended without its pictures.</summary>
    public static Transition Failed(JobRow job, JobFailed report, RetryPolicy policy, DateTimeOffset now)
    {
        if (report.Attempt == job.Attempt && job.State is JobState.Queued or JobState.Failed && report.Attempt > 0)
        {
            return new Transition(EventResult.Duplicate, job);
        }

        if (Settled(job, report.Attempt) is { } settled)
        {
            return settled;
        }

        // One worker's odd message must not stop everybody's events.
        var told = job with { WorkerId = report.WorkerId, Error = PrintableText.Of(report.Reason) };
        return Applied(report switch
        {
            { ErrorClass: ErrorClass.Evicted, StoreAway: true } => AfterOutage(told, policy, now, report.At),
            { ErrorClass: ErrorClass.Evicted } => AfterEviction(told, policy, now, report.At),
            _ => AfterFailure(told, report, policy, now),
        });
    }

    /// <summary>Nobody has heard of the attempt for longer than its lease.</summary>
    public static JobRow Expired(JobRow job, RetryPolicy policy, DateTimeOffset now)
    {
        // What nobody has started has merely waited: its model has no workers, or too few. That is nobody's failure.
        return job.State == JobState.Running
            ? AfterEviction(job with { Error = $"Worker {job.WorkerId} was not heard of for longer than the lease of attempt {job.Attempt}." }, policy, now, now)
            : Queued(job, nextAttemptAt: null);
    }

    /// <summary>The attempt's message was not published.</summary>
    public static JobRow Returned(JobRow job) => Queued(job, nextAttemptAt: null);

    /// <summary>Somebody asked to stop it.</summary>
    public static JobRow Cancelled(JobRow job, DateTimeOffset now) => Ended(job, JobState.Cancelled, now);

    /// <summary>Some of its pictures are lost or damaged, or it failed, and it is to be made again.</summary>
    public static JobRow Reopened(JobRow job) => Queued(job, nextAttemptAt: null) with
    {
        Failures = 0,
        Evictions = 0,
        FinishedAt = null,
        ReopenedAfter = job.State == JobState.Completed ? job.Attempt : job.ReopenedAfter,
    };

    /// <summary>A heartbeat named the attempt among those in the worker's hands.</summary>
    public static JobRow Held(JobRow job, DateTimeOffset leaseUntil) =>
        job with
        {
            // Not started yet, it may go back to the queue and wait there: the long lease of its release stands.
            LeaseUntil = job.State == JobState.Running ? leaseUntil : Later(job.LeaseUntil, leaseUntil),
        };

    private static JobRow AfterFailure(JobRow job, JobFailed report, RetryPolicy policy, DateTimeOffset now)
    {
        var failures = job.Failures + 1;
        var counted = job with { Failures = failures };
        return report.ErrorClass == ErrorClass.Transient && failures < policy.MaxFailures
            ? Queued(counted, now + policy.DelayAfterFailure(failures, job.Id, job.Attempt))
            : Ended(counted, JobState.Failed, report.At);
    }

    private static JobRow AfterEviction(JobRow job, RetryPolicy policy, DateTimeOffset now, DateTimeOffset at)
    {
        var evictions = job.Evictions + 1;
        var counted = job with { Evictions = evictions };
        if (evictions >= policy.MaxEvictions)
        {
            return Ended(counted with { Error = $"Given up after {evictions} attempts whose workers went away or could not store; the last: {job.Error}" }, JobState.Failed, at);
        }

        var delay = policy.DelayAfterEviction(evictions, job.Id, job.Attempt);
        return Queued(counted, delay > TimeSpan.Zero ? now + delay : null);
    }

    // It has no count of its own: what else ends attempts is counted, and what merely waited too long in a queue makes it wait a little longer
    // here. So does what a broker refused, hundreds of times in some minutes: too many is no end by itself, and counts as an eviction.
    private static JobRow AfterOutage(JobRow job, RetryPolicy policy, DateTimeOffset now, DateTimeOffset at)
    {
        var outages = job.Attempt - job.Failures - job.Evictions;
        return outages >= RetryPolicy.MaxOutages
            ? AfterEviction(job, policy, now, at)
            : Queued(job, now + policy.DelayAfterOutage(outages, job.Id, job.Attempt));
    }

    private static Transition Applied(JobRow job) => new(EventResult.Applied, job);

    // What follows where the attempt is not the living one; null where it is.
    private static Transition? Settled(JobRow job, int attempt)
    {
        if (attempt > job.Attempt && !job.State.IsTerminal())
        {
            return new Transition(EventResult.Refused, job, $"Attempt {attempt} was never released; the last one is {job.Attempt}.");
        }

        return job.IsAlive(attempt) ? null : new Transition(EventResult.Stale, job);
    }

    private static JobRow Queued(JobRow job, DateTimeOffset? nextAttemptAt) =>
        job with { State = JobState.Queued, NextAttemptAt = nextAttemptAt, LeaseUntil = null, Step = 0, Steps = 0 };

    // A job that was completed once has its records, whatever becomes of making it again: an audit says what is missing still.
    private static JobRow Ended(JobRow job, JobState state, DateTimeOffset at) => job with
    {
        State = job.ReopenedAfter > 0 ? JobState.Completed : state,
        NextAttemptAt = null,
        LeaseUntil = null,
        FinishedAt = at,
    };

    private static string? WhatIsMissing(JobRow job, IReadOnlyList<ImageRecord> images)
    {
        if (images.Count != job.Images)
        {
            return $"It names {images.Count} pictures; the job asks for {job.Images}.";
        }

        var seen = new bool[images.Count];
        foreach (var image in images)
        {
            if (image.Index < 0 || image.Index >= seen.Length || seen[image.Index])
            {
                return $"Its pictures have the indexes {string.Join(", ", images.Select(i => i.Index))}; the job asks for 0 to {seen.Length - 1}, each once.";
            }

            seen[image.Index] = true;
        }

        return null;
    }

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;
}
