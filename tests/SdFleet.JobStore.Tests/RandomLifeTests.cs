using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;
using SdFleet.Contracts.Workers;

namespace SdFleet.JobStore.Tests;

/// <summary>
/// Thousands of random steps, by a broker that repeats, reorders and delays everything, held against what must be true of
/// any job after any of them. A failure names its seed and step.
/// </summary>
public abstract class RandomLifeTests(JobStoreKind kind) : StoreTests(kind)
{
    private const int Steps = 2500;
    private const int MaxJobs = 60;

    // Whom to tell of what: some jobs of every end, some of one, some of none.
    private static readonly Webhook?[] Hooks =
    [
        new Webhook { Url = "https://example.org/all" },
        null,
        new Webhook { Url = "https://example.org/some", Events = [WebhookEvent.Failed, WebhookEvent.Cancelled] },
    ];

    private readonly Dictionary<Guid, JobSnapshot> _before = [];
    private readonly List<JobEvent> _sent = [];
    private readonly List<(Guid Id, int Attempt)> _attempts = [];
    private readonly HashSet<Guid> _touched = [];
    private readonly HashSet<string> _paused = [];
    private DateTimeOffset _now = Now;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task AnySequence_OfAnything_NeverGoesBackAndNeverSticks(int seed)
    {
        var random = new Random(seed);
        for (var step = 0; step < Steps; step++)
        {
            try
            {
                await StepAsync(random);

                // What a step did not name it must not touch; looking at everything each time would take minutes.
                await CheckAsync(step % 100 == 0 ? _before.Keys : _touched);
                _touched.Clear();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"Seed {seed}, step {step}: {exception.Message}", exception);
            }
        }

        await FinishAsync();
    }

    private async Task StepAsync(Random random)
    {
        _now += TimeSpan.FromMilliseconds(random.Next(3000));
        switch (random.Next(13))
        {
            case 0 when _before.Count < MaxJobs:
                var job = Samples.Job(images: random.Next(1, 4), tenant: Tenant(random), webhook: Hooks[_before.Count % Hooks.Length]);
                await Store.AdmitAsync([job, job], default);
                _before.Add(job.Job.Id, await FindAsync(job.Job.Id));
                break;
            case 1 or 2:
                var released = await ReleaseAsync(max: random.Next(1, 5), now: _now);
                _attempts.AddRange(released.Select(r => (r.Message.JobId, r.Message.Attempt)));
                _touched.UnionWith(released.Select(r => r.Message.JobId));
                Assert.Equal(_attempts.Count, _attempts.Distinct().Count());
                Assert.DoesNotContain(released, r => _paused.Contains(r.Message.Tenant));
                break;
            case 3 when _attempts.Count > 0:
                var unpublished = Any(random, _attempts);
                _touched.Add(unpublished.Id);
                await Store.ReturnAsync([new HeldAttempt(unpublished.Id, unpublished.Attempt)], default);
                break;
            case 4 when random.Next(8) == 0:
                _now += TimeSpan.FromMinutes(random.Next(40));
                var expired = await Store.ExpireLeasesAsync(Policy, _now, random.Next(1, 5), default);
                _touched.UnionWith(expired.Select(e => e.JobId));
                break;
            case 4 when _before.Count > 0 && random.Next(4) == 0:
                var lost = Any(random, _before.Keys.ToList());
                var (was, isTold) = (_before[lost].State, _before[lost].Webhook is not null);
                var expected = !was.IsTerminal() ? ReopenResult.Underway : was == JobState.Cancelled || isTold ? ReopenResult.Refused : ReopenResult.Reopened;
                Assert.Equal(expected, Assert.Single(await Store.ReopenAsync([lost], default)).Result);
                if (expected == ReopenResult.Reopened)
                {
                    _before[lost] = await FindAsync(lost);
                    Assert.Equal((JobState.Queued, 0, 0), (_before[lost].State, _before[lost].Failures, _before[lost].Evictions));
                }

                break;
            case 5 when _before.Count > 0 && random.Next(10) == 0:
                var unwanted = Any(random, _before.Keys.ToList());
                _touched.Add(unwanted);
                await Store.CancelAsync([unwanted], _now, default);
                break;
            case 6 when _attempts.Count > 0:
                HeldAttempt[] held = [.. Enumerable.Range(0, 3).Select(_ => Any(random, _attempts)).Select(a => new HeldAttempt(a.Id, a.Attempt))];
                _touched.UnionWith(held.Select(h => h.JobId));
                await Store.RecordHeartbeatsAsync([Samples.Heartbeat($"w{random.Next(3)}", _now, holds: held)], _now, RunningLease, default);
                break;
            case 12:
                var tenant = Tenant(random);
                var pauses = random.Next(3) == 0;
                Assert.True(await Store.PauseTenantAsync(tenant, pauses, byOperator: true, default));
                _ = pauses ? _paused.Add(tenant) : _paused.Remove(tenant);
                break;
            case >= 7 when _attempts.Count > 0:
                JobEvent[] events = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Event(random))];
                _sent.AddRange(events);
                _touched.UnionWith(events.Select(e => e.JobId));
                await Store.ApplyAsync(events, Policy, _now, RunningLease, default);
                break;
        }
    }

    // Something new about some attempt, mostly a recent one, or something that was said before.
    private JobEvent Event(Random random)
    {
        if (_sent.Count > 0 && random.Next(3) == 0)
        {
            return Any(random, _sent);
        }

        var (id, attempt) = random.Next(2) == 0 ? Any(random, _attempts) : _attempts[^random.Next(1, Math.Min(10, _attempts.Count) + 1)];
        var worker = $"w{random.Next(3)}";
        var images = _before[id].ImageCount;
        return random.Next(10) switch
        {
            < 3 => Samples.Started(id, attempt, worker, _now),
            < 6 => Samples.Progress(id, random.Next(1, 20), attempt, worker),
            6 => Samples.Completed(id, images, attempt, worker),
            7 => Samples.Completed(id, images + random.Next(-1, 2), attempt, worker),
            8 => Samples.Failed(id, ErrorClass.Evicted, attempt, worker) with { StoreAway = random.Next(3) == 0 },
            _ => Samples.Failed(id, random.Next(5) == 0 ? ErrorClass.Permanent : ErrorClass.Transient, attempt, worker),
        };
    }

    private async Task CheckAsync(IEnumerable<Guid> ids)
    {
        foreach (var id in ids.ToList())
        {
            var before = _before[id];
            var now = await FindAsync(id);
            if (before.State.IsTerminal())
            {
                Assert.Equivalent(before, now, strict: true);
                continue;
            }

            Assert.True(now.Attempt >= before.Attempt, "the attempt's number went back");
            Assert.True(now.Failures >= before.Failures && now.Evictions >= before.Evictions, "a counter went back");
            Assert.True(now.Failures <= Policy.MaxFailures && now.Evictions <= Policy.MaxEvictions, "a counter went past its cap");
            if (now.Attempt == before.Attempt && now.State == before.State && now.WorkerId == before.WorkerId && now.StartedAt == before.StartedAt)
            {
                Assert.True(now.Step >= before.Step, "progress went back");
            }

            Assert.False(now.Attempt == before.Attempt && before.State == JobState.Running && now.State == JobState.Released, "a running attempt was released again");
            Assert.False(now.Attempt == before.Attempt && before.State == JobState.Queued && now.LeaseUntil is not null, "an attempt came back to life");
            Assert.Equal(now.State is JobState.Released or JobState.Running, now.LeaseUntil is not null);
            Assert.Equal(now.State.IsTerminal(), now.FinishedAt is not null);
            Assert.Equal(now.State == JobState.Completed ? now.ImageCount : 0, now.Images.Count);
            _before[id] = now;
        }
    }

    // Started and left alone from here on, every job must come to its end by leases and caps.
    private async Task FinishAsync()
    {
        var finished = _before.Where(j => j.Value.State.IsTerminal()).ToDictionary();
        foreach (var tenant in _paused)
        {
            await Store.PauseTenantAsync(tenant, paused: false, byOperator: true, default);
        }

        for (var round = 0; round < 20; round++)
        {
            _now += TimeSpan.FromHours(1);
            foreach (var released in await ReleaseAsync(now: _now))
            {
                await ApplyAsync(Samples.Started(released.Message.JobId, released.Message.Attempt), _now);
            }

            _now += TimeSpan.FromHours(1);
            await Store.ExpireLeasesAsync(Policy, _now, 1000, default);
        }

        await Store.ApplyAsync(_sent, Policy, _now, RunningLease, default);
        foreach (var id in _before.Keys)
        {
            Assert.True((await FindAsync(id)).State.IsTerminal(), $"Job {id} sticks.");
        }

        foreach (var (id, end) in finished)
        {
            Assert.Equivalent(end, await FindAsync(id), strict: true);
        }

        // Every end that somebody asked for is told once, and nothing else is.
        var ends = new List<(Guid, WebhookEvent)>();
        foreach (var id in _before.Keys)
        {
            var job = await FindAsync(id);
            if (job.Webhook is { } webhook && webhook.Wants(WebhookEvents.Of(job.State)!.Value))
            {
                ends.Add((id, WebhookEvents.Of(job.State)!.Value));
            }
        }

        var told = await Store.ListWebhooksAsync(tenant: null, state: null, before: null, 1000, default);
        Assert.NotEmpty(ends);
        Assert.Equal(ends.Order(), told.Select(t => (t.View.SubjectId, t.View.Event)).Order());

        var counts = await Store.CountAsync(default);
        Assert.Equal(_before.Count, counts.Sum(c => c.Jobs));
        Assert.All(counts, c => Assert.True(c.State.IsTerminal()));
        Assert.Equal(0, await Store.InFlightAsync(Samples.Model, default));
        Assert.Equal(0, await Store.CountOutstandingAsync(Samples.Model, default));
        Assert.Empty(await Store.ListTenantsAsync(default));
    }

    private static string Tenant(Random random) => $"tenant-{random.Next(3)}";

    private static T Any<T>(Random random, List<T> list) => list[random.Next(list.Count)];
}

public sealed class EmbeddedRandomLifeTests() : RandomLifeTests(JobStoreKind.Embedded);

public sealed class PostgresRandomLifeTests() : RandomLifeTests(JobStoreKind.Postgres);
