using SdFleet.Contracts.Jobs;
using SdFleet.JobStore.Transitions;

namespace SdFleet.JobStore.Tests;

public sealed class RetryPolicyTests
{
    private static readonly Guid Job = new("0f8fad5b-d9cb-469f-a165-70867728950e");

    [Fact]
    public void DelayAfterFailure_WithoutJitter_DoublesUpToTheMaximum()
    {
        var policy = new RetryPolicy { BaseDelay = TimeSpan.FromSeconds(2), MaxDelay = TimeSpan.FromSeconds(30), Jitter = 0 };

        Assert.Equal(
            [2, 4, 8, 16, 30, 30],
            Enumerable.Range(1, 6).Select(n => policy.DelayAfterFailure(n, Job, n).TotalSeconds));
        Assert.Equal(30, policy.DelayAfterFailure(int.MaxValue, Job, 1).TotalSeconds);
    }

    [Fact]
    public void DelayAfterEviction_TheFirst_IsNone()
    {
        var policy = new RetryPolicy { Jitter = 0 };

        Assert.Equal([0, 2, 4], Enumerable.Range(1, 3).Select(n => policy.DelayAfterEviction(n, Job, n).TotalSeconds));
    }

    [Theory]
    [InlineData(RetryPolicy.MaxOutages - 1, 0, JobState.Queued, 0)]
    [InlineData(RetryPolicy.MaxOutages + 9, 9, JobState.Failed, 10)]
    public void Outage_OfTheStore_HasAnEndInTheEnd(int attempt, int evictions, JobState expected, int counted) =>
        Assert.Equal((expected, counted), AfterOutage(attempt, evictions));

    // Its attempts have numbers, of which a broker that takes no releases for some minutes uses up as many.
    [Fact]
    public void Outage_OfTheStoreAfterThousandsOfReleasesThatTheBrokerRefused_IsNotTheEnd() =>
        Assert.Equal((JobState.Queued, 1), AfterOutage(attempt: 5 * RetryPolicy.MaxOutages, evictions: 0));

    [Fact]
    public void Delay_WithJitter_IsSpreadAndRepeatable()
    {
        var policy = new RetryPolicy { BaseDelay = TimeSpan.FromSeconds(10), Jitter = 0.5 };
        var random = new Random(7);

        var delays = Enumerable.Range(0, 1000).Select(_ =>
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            var job = new Guid(bytes);
            var delay = policy.DelayAfterFailure(1, job, 1);
            Assert.Equal(delay, policy.DelayAfterFailure(1, job, 1));
            return delay.TotalSeconds;
        }).ToList();

        Assert.All(delays, d => Assert.InRange(d, 5, 10));
        Assert.InRange(delays.Average(), 7.3, 7.7);
        Assert.NotEqual(policy.DelayAfterFailure(1, Job, 1), policy.DelayAfterFailure(1, Job, 2));
    }

    private static (JobState State, int Evictions) AfterOutage(int attempt, int evictions)
    {
        var job = new JobRow { Seq = 1, Id = Job, Images = 1, State = JobState.Running, Attempt = attempt, Failures = 0, Evictions = evictions };
        var after = JobTransitions.Failed(job, Samples.Failed(Job, ErrorClass.Evicted, attempt) with { StoreAway = true }, new RetryPolicy(), DateTimeOffset.UnixEpoch).Row;
        return (after.State, after.Evictions);
    }
}
