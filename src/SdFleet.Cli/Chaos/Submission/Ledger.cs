using System.Diagnostics;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Chaos.Submission;

/// <summary>
/// The run's own book of what it submitted and what it was told. The fleet cannot write into it; what the fleet says in the
/// end is held against it.
/// </summary>
internal sealed class Ledger
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock;
    private readonly List<LedgerEntry> _entries;
    private readonly Dictionary<Guid, LedgerEntry> _byId;
    private readonly HashSet<Guid> _inHand = [];
    private int _answered;
    private int _finished;
    private TimeSpan _lastChange;

    /// <param name="jobs">The plan.</param>
    /// <param name="clock">Runs since the beginning of the run.</param>
    public Ledger(IReadOnlyList<PlannedJob> jobs, Stopwatch clock)
    {
        _clock = clock;
        _entries = [.. jobs.Select(j => new LedgerEntry(j))];
        _byId = _entries.ToDictionary(e => e.Job.Id);
    }

    /// <summary>Told of each job that has come to its end, once.</summary>
    public Action<Guid>? Finished { get; set; }

    /// <summary>All jobs in the order of the plan. To be read while nothing is entered.</summary>
    public IReadOnlyList<LedgerEntry> Entries => _entries;

    /// <summary>Jobs whose submission was answered.</summary>
    public int AnsweredCount => Read(() => _answered);

    /// <summary>Jobs of which nothing more is to come.</summary>
    public int FinishedCount => Read(() => _finished);

    /// <summary>How long nothing has moved.</summary>
    public TimeSpan SinceChange => Read(() => _clock.Elapsed - _lastChange);

    /// <summary>Attempts that workers reported to have ended without pictures, by class.</summary>
    public Dictionary<ErrorClass, int> Failures { get; } = [];

    /// <summary>Jobs that a worker has begun and nobody has ended.</summary>
    public HashSet<Guid> InHand() => Read(() => _inHand.ToHashSet());

    /// <summary>Valid jobs that were taken before <paramref name="before"/> and are not finished, the first ones.</summary>
    public IReadOnlyList<PlannedJob> Unfinished(TimeSpan before, int max) => Read(() => _entries
        .Where(e => e.Submitted == Answer.Yes && e.Job.IsValid && !e.IsFinished && e.AnsweredAt <= before)
        .Take(max)
        .Select(e => e.Job)
        .ToList());

    /// <summary>Whether a worker has reported on the job.</summary>
    public bool IsStarted(Guid id) => Read(() => _byId[id] is { IsStarted: true } or { IsFinished: true });

    /// <summary>The submission was answered.</summary>
    public void Submitted(Guid id, Answer answer) => Write(id, entry =>
    {
        if (entry.Submitted == Answer.None)
        {
            entry.Submitted = answer;
            entry.AnsweredAt = _clock.Elapsed;
            _answered++;
        }

        // Of the others no worker will report.
        return answer == Answer.No || !entry.Job.IsValid;
    });

    /// <summary>The same content under the job's id was answered, once more.</summary>
    public void Repeated(Guid id, Answer answer) => Write(id, entry =>
    {
        entry.Repeated = answer;
        return false;
    });

    /// <summary>The other content under the job's id was answered.</summary>
    public void Contradicted(Guid id, Answer answer) => Write(id, entry =>
    {
        entry.Contradicted = answer;
        return false;
    });

    /// <summary>The wish to cancel was answered.</summary>
    public void Cancelled(Guid id, Answer answer) => Write(id, entry =>
    {
        entry.Cancelled = answer;
        return answer == Answer.Yes;
    });

    /// <summary>The API shows an end.</summary>
    public void Ended(Guid id, JobState state) => Write(id, entry =>
    {
        entry.FirstEnd ??= state;
        return true;
    });

    /// <summary>A worker has reported; what comes twice counts once.</summary>
    public void Hear(object report)
    {
        switch (report)
        {
            case JobStarted started:
                Write(started.JobId, entry =>
                {
                    entry.IsStarted = true;
                    if (!entry.IsFinished)
                    {
                        _inHand.Add(started.JobId);
                    }

                    return false;
                });
                break;
            case JobCompleted completed:
                Write(completed.JobId, entry =>
                {
                    if (!entry.Completions.Exists(c => c.Attempt == completed.Attempt && c.WorkerId == completed.WorkerId && c.At == completed.At))
                    {
                        entry.Completions.Add(completed);
                    }

                    return true;
                });
                break;
            case JobFailed failed:
                lock (_lock)
                {
                    Failures[failed.ErrorClass] = Failures.GetValueOrDefault(failed.ErrorClass) + 1;
                }

                break;
        }
    }

    private T Read<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }

    // The change says whether it is the job's end.
    private void Write(Guid id, Func<LedgerEntry, bool> change)
    {
        var isEnd = false;
        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out var entry))
            {
                return;
            }

            _lastChange = _clock.Elapsed;
            if (change(entry) && !entry.IsFinished)
            {
                entry.IsFinished = isEnd = true;
                _finished++;
                _inHand.Remove(id);
            }
        }

        if (isEnd)
        {
            Finished?.Invoke(id);
        }
    }
}
