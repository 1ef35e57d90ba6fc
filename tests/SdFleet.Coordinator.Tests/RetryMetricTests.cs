using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Coordinator.Tests;

/// <summary>Alone, as the counter belongs to the process and says nothing of whose job it was.</summary>
[Collection(Alone.Name)]
public sealed class RetryMetricTests
{
    [Fact]
    public async Task Retries_AreCountedOnceEach_ByTheirReason()
    {
        var counted = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "sdfleet.coordinator.retries")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (var reason in Enumerable.Repeat((string)tags[0].Value!, (int)count))
            {
                counted.Enqueue(reason);
            }
        });
        listener.Start();
        await using var fleet = await CoordinatorFixture.StartAsync(("SdFleet:Leases:RunLease", "00:00:05"), ("SdFleet:Retry:MaxFailures", "2"));
        await fleet.Publisher.SubmitAsync(new SubmitJob { Id = Guid.NewGuid(), Prompt = "a red circle" }, CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(1);
        var id = fleet.Released.Single().JobId;

        await fleet.Publisher.ReportAsync(Failure(id, 1, ErrorClass.Transient), CoordinatorFixture.Soon());
        await fleet.Publisher.ReportAsync(Failure(id, 1, ErrorClass.Transient), CoordinatorFixture.Soon());
        await UntilRetriedAsync(1);
        await fleet.Publisher.ReportAsync(Failure(id, 2, ErrorClass.Evicted), CoordinatorFixture.Soon());
        await UntilRetriedAsync(2);
        await fleet.Publisher.ReportAsync(new JobStarted { JobId = id, Attempt = 3, WorkerId = "w1", At = DateTimeOffset.UnixEpoch }, CoordinatorFixture.Soon());
        await UntilRetriedAsync(3);

        // The second failure is the last: nothing is tried again.
        await fleet.Publisher.ReportAsync(Failure(id, 4, ErrorClass.Transient), CoordinatorFixture.Soon());
        await fleet.UntilStateAsync(id, JobState.Failed);

        Assert.Equal(["failed", "evicted", "lease"], counted);

        // One is counted a moment after the store has it, and perhaps after its release.
        async Task UntilRetriedAsync(int count)
        {
            await fleet.UntilReleasedAsync(count + 1);
            await CoordinatorFixture.UntilAsync(() => Task.FromResult(counted.Count >= count), $"{count} retries");
        }
    }

    private static JobFailed Failure(Guid id, int attempt, ErrorClass errorClass) => new()
    {
        JobId = id, Attempt = attempt, WorkerId = "w1", ErrorClass = errorClass, Reason = "it is broken", At = DateTimeOffset.UnixEpoch,
    };
}
