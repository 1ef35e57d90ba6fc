using System.Collections.Concurrent;
using SdFleet.Cli.Chaos.Plan;

namespace SdFleet.Cli.Chaos.Submission;

/// <summary>Submits the plan, by several clients at once, and does to each job what the plan says: again, otherwise, cancel.</summary>
/// <param name="jobs">The plan.</param>
/// <param name="ledger">Takes every answer.</param>
/// <param name="http">The API.</param>
/// <param name="broker">The broker's virtual host.</param>
/// <param name="allowed">How many jobs of the plan may be submitted by now: each fault has its share.</param>
internal sealed class Submitter(IReadOnlyList<PlannedJob> jobs, Ledger ledger, HttpDoor http, Uri broker, Func<int> allowed)
{
    private const int Clients = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<PlannedJob> _after = new();
    private long _publishedAgain;
    private int _next = -1;
    private int _busy = Clients;

    /// <summary>Submissions to the broker that were not confirmed and were published again.</summary>
    public long PublishedAgain => Interlocked.Read(ref _publishedAgain);

    /// <summary>Returns when everything is submitted and answered.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Together.RunAsync([.. Enumerable.Repeat<Func<CancellationToken, Task>>(SubmitAsync, Clients), FollowUpAsync], cancellationToken);

    private async Task SubmitAsync(CancellationToken cancellationToken)
    {
        await using var door = new BrokerDoor(broker);
        for (var next = Interlocked.Increment(ref _next); next < jobs.Count; next = Interlocked.Increment(ref _next))
        {
            while (next >= allowed())
            {
                await Task.Delay(Pause, cancellationToken);
            }

            var job = jobs[next];
            ledger.Submitted(job.Id, await SubmitAsync(job, job.Door, otherPrompt: false, door, cancellationToken));
            if (job.Kind is JobKind.Repeated or JobKind.Conflicting or JobKind.Cancelled)
            {
                _after.Enqueue(job);
            }
        }

        Interlocked.Decrement(ref _busy);
        Interlocked.Add(ref _publishedAgain, door.PublishedAgain);
    }

    // Each on its own, as some wait for the fleet; the broker's door takes one at a time.
    private async Task FollowUpAsync(CancellationToken cancellationToken)
    {
        await using var door = new BrokerDoor(broker);
        using var one = new SemaphoreSlim(1);
        var tasks = new List<Task>();
        while (Volatile.Read(ref _busy) > 0 || !_after.IsEmpty)
        {
            while (_after.TryDequeue(out var job))
            {
                tasks.Add(FollowUpAsync(job, door, one, cancellationToken));
            }

            // What has failed, fails the run.
            foreach (var done in tasks.Where(t => t.IsCompleted).ToList())
            {
                await done;
                tasks.Remove(done);
            }

            await Task.Delay(Pause, cancellationToken);
        }

        await Task.WhenAll(tasks);
        Interlocked.Add(ref _publishedAgain, door.PublishedAgain);
    }

    private async Task FollowUpAsync(PlannedJob job, BrokerDoor door, SemaphoreSlim one, CancellationToken cancellationToken)
    {
        await Task.Delay(job.Delay, cancellationToken);
        switch (job.Kind)
        {
            case JobKind.Cancelled:
                ledger.Cancelled(job.Id, await http.CancelAsync(job, cancellationToken));
                break;
            case JobKind.Repeated:
                ledger.Repeated(job.Id, await SubmitAloneAsync(job.Door == Door.Http ? Door.Broker : Door.Http, otherPrompt: false));
                break;
            case JobKind.Conflicting:
                // Earlier, either of the two could be the first.
                while (!ledger.IsStarted(job.Id))
                {
                    await Task.Delay(Pause, cancellationToken);
                }

                ledger.Contradicted(job.Id, await SubmitAloneAsync(job.Door, otherPrompt: true));
                break;
        }

        async Task<Answer> SubmitAloneAsync(Door through, bool otherPrompt)
        {
            await one.WaitAsync(cancellationToken);
            try
            {
                return await SubmitAsync(job, through, otherPrompt, door, cancellationToken);
            }
            finally
            {
                one.Release();
            }
        }
    }

    private async Task<Answer> SubmitAsync(PlannedJob job, Door through, bool otherPrompt, BrokerDoor door, CancellationToken cancellationToken)
    {
        if (through == Door.Http)
        {
            return await http.SubmitAsync(job, otherPrompt, cancellationToken);
        }

        await door.SubmitAsync(job, otherPrompt, cancellationToken);
        return Answer.Yes;
    }
}
