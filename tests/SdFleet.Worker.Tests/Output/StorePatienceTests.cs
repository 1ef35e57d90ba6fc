using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SdFleet.Storage;
using SdFleet.Worker.Output;

namespace SdFleet.Worker.Tests.Output;

public sealed class StorePatienceTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private readonly InstantClock _clock = new();
    private int _calls;

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // a signature that has expired, say
    public async Task Run_StoreAtFault_IsCalledUntilItAnswers(bool isTransient)
    {
        var answer = await Patience().RunAsync(
            new StoreWait(),
            _ => ++_calls <= 5 ? throw new ArtifactStoreException("away", isTransient) : Task.FromResult("here"),
            CancellationToken.None);

        Assert.Equal(("here", 6), (answer, _calls));

        // One second, two, four, eight, sixteen; each by up to a half less.
        Assert.InRange(_clock.GetElapsedTime(0), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(31));
    }

    [Fact]
    public async Task Run_StoreAtFaultForLonger_GivesUpWhenTheTimeIsOver()
    {
        var error = await Assert.ThrowsAsync<ArtifactStoreException>(() => AlwaysAwayAsync(Patience()));

        Assert.Equal("away", error.Message);
        Assert.InRange(_clock.GetElapsedTime(0), Timeout - TimeSpan.FromMilliseconds(1), Timeout);

        // Every half a minute at most, and every quarter at least, once the pauses have grown.
        Assert.InRange(_calls, 20, 60);
    }

    [Fact]
    public async Task Run_SeveralCallsOfAnAttempt_HaveOneTimeTogether()
    {
        var (patience, wait) = (Patience(), new StoreWait());
        await patience.RunAsync(
            wait, _ => ++_calls <= 5 ? throw new ArtifactStoreException("away", isTransient: true) : Task.FromResult("here"), CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Assert.ThrowsAsync<ArtifactStoreException>(() => AlwaysAwayAsync(patience, wait))));
        Assert.True(_clock.GetElapsedTime(0) >= Timeout - TimeSpan.FromMilliseconds(1), $"{_clock.GetElapsedTime(0)}");

        // The time is over: what comes then is tried once, and a store that is back is used.
        var (calls, elapsed) = (_calls, _clock.GetElapsedTime(0));
        await Assert.ThrowsAsync<ArtifactStoreException>(() => AlwaysAwayAsync(patience, wait));
        Assert.Equal((calls + 1, elapsed), (_calls, _clock.GetElapsedTime(0)));
        Assert.Equal("here", await patience.RunAsync(wait, _ => Task.FromResult("here"), CancellationToken.None));
    }

    [Fact]
    public async Task Run_CallThatHangs_IsGivenUpWithTheStoresLastErrorWhenTheTimeIsOver()
    {
        // By the real clock: the second call comes after a second at most, and has the rest.
        var patience = new StorePatience(
            Options.Create(new WorkerOptions { StoreTimeout = TimeSpan.FromSeconds(10) }), TimeProvider.System, NullLogger<StorePatience>.Instance);

        var hanging = patience.RunAsync<int>(
            new StoreWait(),
            async token =>
            {
                if (++_calls == 1)
                {
                    throw new ArtifactStoreException("away", isTransient: true);
                }

                await Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, token);
                return 0;
            },
            CancellationToken.None);

        var error = await Assert.ThrowsAsync<ArtifactStoreException>(() => hanging.WaitAsync(TimeSpan.FromMinutes(2)));
        Assert.Equal(("away", 2), (error.Message, _calls));
    }

    [Fact]
    public async Task Run_NoTimeToWait_CallsOnce()
    {
        await Assert.ThrowsAsync<ArtifactStoreException>(() => AlwaysAwayAsync(Patience(TimeSpan.Zero)));

        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task Run_DamagedArtifact_IsNotWaitedFor()
    {
        await Assert.ThrowsAsync<ArtifactStoreException>(() => Patience().RunAsync<int>(
            new StoreWait(),
            _ =>
            {
                _calls++;
                throw new ArtifactStoreException("damaged", isTransient: false) { IsDamage = true };
            },
            CancellationToken.None));

        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task Run_ToldToStop_WaitsNoLonger()
    {
        using var stopping = new CancellationTokenSource();

        // By the real clock: ten minutes, were it not told.
        var waiting = AlwaysAwayAsync(new StorePatience(Options.Create(new WorkerOptions { StoreTimeout = Timeout }), TimeProvider.System, NullLogger<StorePatience>.Instance), stopping: stopping.Token);
        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private StorePatience Patience(TimeSpan? timeout = null) =>
        new(Options.Create(new WorkerOptions { StoreTimeout = timeout ?? Timeout }), _clock, NullLogger<StorePatience>.Instance);

    private Task<int> AlwaysAwayAsync(StorePatience patience, StoreWait? wait = null, CancellationToken stopping = default) => patience.RunAsync<int>(
        wait ?? new StoreWait(),
        _ =>
        {
            Interlocked.Increment(ref _calls);
            throw new ArtifactStoreException("away", isTransient: true);
        },
        stopping);
}
