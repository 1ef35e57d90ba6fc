using SdFleet.Coordinator.Batching;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Tests;

public sealed class BatcherTests
{
    [Fact]
    public async Task Process_OneOfManyCannotBeProcessed_TheOthersAre()
    {
        var first = new TaskCompletionSource();
        await using var batcher = new Batcher<int, int>(maxSize: 10, pauseAfter: null, async (items, _) =>
        {
            await first.Task;
            return items.Contains(3) ? throw new InvalidOperationException("three") : [.. items.Select(i => i * 2)];
        });
        var results = Enumerable.Range(0, 6).Select(batcher.ProcessAsync).ToList();
        first.SetResult();

        await Assert.ThrowsAsync<InvalidOperationException>(() => results[3]);
        int[] others = await Task.WhenAll(results.Where((_, i) => i != 3));
        Assert.Equal([0, 2, 4, 8, 10], others);
    }

    [Fact]
    public async Task Process_OneOfAThousandCannotBeProcessed_ItIsFoundInAFewCalls()
    {
        var first = new TaskCompletionSource();
        var calls = 0;
        await using var batcher = new Batcher<int, int>(maxSize: 1000, pauseAfter: null, async (items, _) =>
        {
            await first.Task;
            calls++;
            return items.Contains(612) ? throw new JobStoreException("refused", isTransient: false) : items;
        });
        var results = Enumerable.Range(0, 1000).Select(batcher.ProcessAsync).ToList();
        first.SetResult();

        await Assert.ThrowsAsync<JobStoreException>(() => results[612]);
        Assert.Equal(Enumerable.Range(0, 1000).Where(i => i != 612), await Task.WhenAll(results.Where((_, i) => i != 612)));

        // Perhaps one for the first alone; then twice for each halving of a thousand, and once for all of it.
        Assert.InRange(calls, 1, 22);
    }

    [Fact]
    public async Task Process_StoreAway_AllAreToldAtOnce()
    {
        var first = new TaskCompletionSource();
        var calls = 0;
        await using var batcher = new Batcher<int, int>(maxSize: 10, pauseAfter: null, async (_, _) =>
        {
            await first.Task;
            calls++;
            throw new JobStoreException("away", isTransient: true);
        });
        var results = Enumerable.Range(0, 6).Select(batcher.ProcessAsync).ToList();
        first.SetResult();

        foreach (var result in results)
        {
            await Assert.ThrowsAsync<JobStoreException>(() => result);
        }

        Assert.InRange(calls, 1, 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Process_StoreThatRefusesAll_IsAskedOnceForAllOfThem(bool isKnown)
    {
        var first = new TaskCompletionSource();
        var calls = 0;
        await using var batcher = new Batcher<int, int>(
            maxSize: 100,
            pauseAfter: null,
            async (_, _) =>
            {
                await first.Task;
                calls++;
                throw new JobStoreException("refused", isTransient: false);
            },
            items => isKnown ? Task.FromResult(items.Count > 1) : throw new InvalidOperationException("nobody knows"));
        var results = Enumerable.Range(0, 64).Select(batcher.ProcessAsync).ToList();
        first.SetResult();

        foreach (var result in results)
        {
            await Assert.ThrowsAsync<JobStoreException>(() => result);
        }

        // Perhaps one for the first alone; by halves it is each of them alone in the end.
        if (isKnown)
        {
            Assert.InRange(calls, 1, 2);
        }
        else
        {
            Assert.InRange(calls, 65, 128);
        }
    }

    [Fact]
    public async Task Process_OneAfterTheOther_GatherInThePause()
    {
        var lists = new List<int>();
        var first = new TaskCompletionSource();
        await using var batcher = new Batcher<int, int>(maxSize: 10, pauseAfter: _ => TimeSpan.FromSeconds(2), (items, _) =>
        {
            lists.Add(items.Count);
            first.TrySetResult();
            return Task.FromResult<IReadOnlyList<int>>([.. items]);
        });

        // What comes after a quiet while does not wait; each of the others comes at a time of its own.
        var results = new List<Task<int>> { batcher.ProcessAsync(0) };
        await first.Task;
        for (var i = 1; i <= 5; i++)
        {
            results.Add(batcher.ProcessAsync(i));
            await Task.Delay(10);
        }

        int[] all = await Task.WhenAll(results);
        Assert.Equal([0, 1, 2, 3, 4, 5], all);
        Assert.Equal(1, lists[0]);
        Assert.True(lists.Count < 6, $"{lists.Count} lists for 6 items");
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 5)]
    [InlineData(32, 16)]
    [InlineData(1000, 25)]
    public void Pause_GrowsWithWhatWasDone(int items, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), GatheringPause.After(items));
}
