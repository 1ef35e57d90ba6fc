using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SdFleet.Coordinator.Leases;
using SdFleet.Coordinator.Release;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Tests;

public sealed class LeaseServiceTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(60)] // it was stopped for a minute, and the heartbeats of that time are still in their queue
    [InlineData(-3600)] // its clock was an hour fast, and was set
    public async Task Sweep_AfterTheCoordinatorStoodStill_WaitsForTheWorkersTheTimeOfALeaseFirst(int seconds)
    {
        var clock = new MovedClock();
        var sweeps = new ConcurrentQueue<DateTimeOffset>();
        using var service = new LeaseService(
            Store(sweeps),
            new ReleaseSignal(),
            Options.Create(new LeaseOptions { RunLease = Lease, SweepInterval = TimeSpan.FromMilliseconds(50) }),
            Options.Create(new RetryPolicy()),
            clock,
            NullLogger<LeaseService>.Instance);
        await service.StartAsync(default);
        await UntilSweptAsync(clock, sweeps, _ => true);

        var from = clock.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        clock.Move(TimeSpan.FromSeconds(seconds));

        // One that had begun before is of another time.
        var first = await UntilSweptAsync(clock, sweeps, at => at >= from && at < from + TimeSpan.FromMinutes(30));
        await service.StopAsync(default);

        Assert.InRange(first - from, Lease - TimeSpan.FromSeconds(0.5), 6 * Lease);
    }

    // Time goes by some ten times as fast, in steps that are no standstill.
    private static async Task<DateTimeOffset> UntilSweptAsync(MovedClock clock, ConcurrentQueue<DateTimeOffset> sweeps, Func<DateTimeOffset, bool> isMeant)
    {
        var deadline = CoordinatorFixture.Soon();
        while (true)
        {
            if (sweeps.Where(isMeant).Cast<DateTimeOffset?>().FirstOrDefault() is { } first)
            {
                return first;
            }

            Assert.False(deadline.IsCancellationRequested, "No sweep in time");
            clock.Move(TimeSpan.FromSeconds(0.5));
            await Task.Delay(50);
        }
    }

    // Nobody's lease is over, and of a sweep it is noted when it was.
    private static IJobStore Store(ConcurrentQueue<DateTimeOffset> sweeps) => Answered.By<IJobStore>(null!, (method, arguments) =>
    {
        if (method != nameof(IJobStore.ExpireLeasesAsync))
        {
            return Task.FromResult(0);
        }

        sweeps.Enqueue((DateTimeOffset)arguments[1]!);
        return Task.FromResult<IReadOnlyList<ExpiredAttempt>>([]);
    });

    private sealed class MovedClock : TimeProvider
    {
        private long _ticks;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

        public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
    }
}
