using System.Collections.Concurrent;
using System.Diagnostics;

namespace SdFleet.Coordinator.Tests;

public sealed class PeriodicServiceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Run_RoundThatFails_IsToldAndFollowedByTheNext()
    {
        var third = new TaskCompletionSource();
        using var service = new Counting((round, _) =>
        {
            if (round == 3)
            {
                third.TrySetResult();
            }

            return round == 2 ? throw new InvalidDataException("the second") : Task.CompletedTask;
        });

        await service.StartAsync(default);
        await third.Task.WaitAsync(Patience);
        await service.StopAsync(default);

        Assert.Equal(["the second"], service.Troubles.Select(e => e.Message));
    }

    [Fact]
    public async Task Run_AfterTrouble_WaitsLonger()
    {
        var watch = new Stopwatch();
        var waited = new TaskCompletionSource<TimeSpan>();
        using var service = new Counting((round, _) =>
        {
            if (round == 1)
            {
                watch.Start();
                throw new InvalidDataException("the first");
            }

            waited.TrySetResult(watch.Elapsed);
            return Task.CompletedTask;
        })
        { Pause = TimeSpan.FromMilliseconds(400) };

        await service.StartAsync(default);
        var pause = await waited.Task.WaitAsync(Patience);
        await service.StopAsync(default);

        // Twenty times the interval; half of it is far more than one, and less than a coarse timer gives.
        Assert.True(pause >= service.Pause / 2, $"only {pause}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // as some libraries do
    public async Task Stop_InTheMiddleOfARound_EndsItAndIsNoTrouble(bool isCalledSomethingElse)
    {
        var begun = new TaskCompletionSource();
        using var service = new Counting(async (_, token) =>
        {
            begun.TrySetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
            catch (OperationCanceledException e) when (isCalledSomethingElse)
            {
                throw new InvalidDataException("broken off", e);
            }
        });

        await service.StartAsync(default);
        await begun.Task.WaitAsync(Patience);
        await service.StopAsync(default).WaitAsync(Patience);

        Assert.True(service.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Empty(service.Troubles);
    }

    private sealed class Counting(Func<int, CancellationToken, Task> round) : PeriodicService(TimeProvider.System)
    {
        private int _rounds;

        public ConcurrentQueue<Exception> Troubles { get; } = new();

        public TimeSpan Pause { get; init; }

        protected override TimeSpan Interval => TimeSpan.FromMilliseconds(20);

        protected override TimeSpan PauseAfterTrouble => Pause;

        protected override Task RunAsync(CancellationToken stoppingToken) => round(++_rounds, stoppingToken);

        protected override void LogTrouble(Exception error) => Troubles.Enqueue(error);
    }
}
