using System.Threading.Channels;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Batching;

/// <summary>
/// Turns calls that come one by one into calls of a list: while one list is being processed the next one fills. Nobody is
/// made to wait for a list to become full, and under load the database is asked once for hundreds of messages.
/// </summary>
/// <typeparam name="TItem">What is asked for.</typeparam>
/// <typeparam name="TResult">What comes of it.</typeparam>
internal sealed class Batcher<TItem, TResult> : IAsyncDisposable
{
    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> _process;
    private readonly Func<IReadOnlyList<TItem>, Task<bool>>? _refusesAll;
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _maxSize;
    private readonly Func<int, TimeSpan>? _pauseAfter;
    private readonly Task _loop;

    /// <param name="maxSize">Longest list.</param>
    /// <param name="pauseAfter">
    /// How long after a list of so many the next one fills at least, where a list costs much however short it is. What comes after a
    /// quiet while does not wait. Null for no pause.
    /// </param>
    /// <param name="process">Processes a list; the results come in its order.</param>
    /// <param name="refusesAll">
    /// Tells of a list that the job store has refused whether it would refuse each of it alone, too, and looking for the one that is at
    /// fault is in vain. Null where nobody can tell.
    /// </param>
    public Batcher(
        int maxSize,
        Func<int, TimeSpan>? pauseAfter,
        Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> process,
        Func<IReadOnlyList<TItem>, Task<bool>>? refusesAll = null)
    {
        _refusesAll = refusesAll;
        _maxSize = maxSize;
        _pauseAfter = pauseAfter;
        _process = process;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Processes one item, together with what others ask for at the same time.</summary>
    public Task<TResult> ProcessAsync(TItem item)
    {
        var entry = new Entry(item);
        if (!_entries.Writer.TryWrite(entry))
        {
            entry.Result.SetCanceled();
        }

        return entry.Result.Task;
    }

    /// <summary>Gives up what is still waiting; the broker delivers it again.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<Entry>(_maxSize);
        while (await _entries.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < _maxSize && _entries.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
            }

            await ProcessAsync(batch).ConfigureAwait(false);
            if (_pauseAfter is not null)
            {
                await Task.Delay(_pauseAfter(batch.Count), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ProcessAsync(List<Entry> batch)
    {
        try
        {
            var results = await _process(batch.ConvertAll(e => e.Item), _stopping.Token).ConfigureAwait(false);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Result.SetResult(results[i]);
            }
        }
        catch (Exception error) when (batch.Count > 1 && error is not (OperationCanceledException or JobStoreException { IsTransient: true }))
        {
            if (error is JobStoreException && await AreAllRefusedAsync(batch).ConfigureAwait(false))
            {
                batch.ForEach(e => e.Result.TrySetException(error));
                return;
            }

            // One entry that cannot be processed must not take the others with it, time and again. By halves: of a thousand it is found alone
            // in twenty calls.
            var half = batch.Count / 2;
            await ProcessAsync(batch[..half]).ConfigureAwait(false);
            await ProcessAsync(batch[half..]).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            batch.ForEach(e => e.Result.TrySetCanceled());
        }
#pragma warning disable CA1031 // Whatever went wrong belongs to those who asked, each of whom decides; the loop must go on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            batch.ForEach(e => e.Result.TrySetException(error));
        }
    }

    private async Task<bool> AreAllRefusedAsync(List<Entry> batch)
    {
        try
        {
            return _refusesAll is not null && await _refusesAll(batch.ConvertAll(e => e.Item)).WaitAsync(_stopping.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Who cannot be asked does not know; the halves will show.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private sealed class Entry(TItem item)
    {
        public TItem Item => item;

        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
