using System.Diagnostics;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Chaos.Submission;

/// <summary>What the API shows of the run's jobs.</summary>
/// <param name="http">The API.</param>
/// <param name="ledger">Is told of the ends that the API shows.</param>
internal sealed class JobRecords(HttpDoor http, Ledger ledger)
{
    private const int AtOnce = 8;
    private const int MostAsked = 200;

    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReadInterval = TimeSpan.FromMilliseconds(250);

    // By then the report of a job's end has usually come.
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(10);

    /// <summary>Asks for jobs that have been open for a while, again and again: should a report not have reached the run, the API tells of the end.</summary>
    /// <param name="clock">Runs since the beginning of the run.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task AskAsync(Stopwatch clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(AskInterval, cancellationToken);
            await Parallel.ForEachAsync(
                ledger.Unfinished(clock.Elapsed - Old, MostAsked),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (job, token) =>
                {
                    if (await http.FindAsync(job, token) is { } record && record.State.IsTerminal())
                    {
                        ledger.Ended(job.Id, record.State);
                    }
                });
        }
    }

    /// <summary>Reads the first end that the API shows of each job that was taken: whatever it shows later has to be the same.</summary>
    /// <param name="patience">How long none may come to an end before the rest is left open.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ReadUntilEndedAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var open = ledger.Entries.Where(e => e.Submitted == Answer.Yes && e.Job.IsValid && e.FirstEnd is null).Select(e => e.Job).ToList();
        var watch = Stopwatch.StartNew();
        while (open.Count > 0 && watch.Elapsed < patience)
        {
            var records = await ReadAsync(open, cancellationToken);
            foreach (var (id, record) in records.Where(r => r.Value.State.IsTerminal()))
            {
                ledger.Ended(id, record.State);
            }

            var before = open.Count;
            open = [.. open.Where(j => !records.TryGetValue(j.Id, out var record) || !record.State.IsTerminal())];
            if (open.Count < before)
            {
                watch.Restart();
            }

            await Task.Delay(ReadInterval, cancellationToken);
        }
    }

    /// <summary>The records of jobs, by id; those that the API does not show are left out.</summary>
    public async Task<Dictionary<Guid, JobView>> ReadAsync(IReadOnlyList<PlannedJob> jobs, CancellationToken cancellationToken)
    {
        var records = new JobView?[jobs.Count];
        await Parallel.ForAsync(
            0,
            jobs.Count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (i, token) => records[i] = await http.FindAsync(jobs[i], token));
        return records.OfType<JobView>().ToDictionary(r => r.Id);
    }
}
