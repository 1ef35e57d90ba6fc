namespace SdFleet.Coordinator.Datasets;

/// <summary>Looks one ahead in a stream, and insists on the order of keys.</summary>
internal sealed class OrderedReader<T>(IAsyncEnumerator<T> items, Func<T, ImageKey> keyOf, string what) : IAsyncDisposable
    where T : class
{
    private ImageKey? _last;

    /// <summary>The next one, or null at the end.</summary>
    public T? Next { get; private set; }

    /// <summary>The line of the next one; beyond all others at the end.</summary>
    public long NextLine => Next is { } next ? keyOf(next).Line : long.MaxValue;

    public async Task AdvanceAsync()
    {
        if (!await items.MoveNextAsync())
        {
            Next = null;
            return;
        }

        Next = items.Current;
        var key = keyOf(Next);
        if (key.Line < 1 || key.Index < 0)
        {
            throw new DatasetException($"{what} has {key}: lines count from 1, indexes from 0.");
        }

        if (_last is { } last && key.CompareTo(last) <= 0)
        {
            throw new DatasetException(
                key == last ? $"{what} has {key} twice; \"sdfleet dataset audit\" lists everything that is wrong."
                    : $"{what} has {key} after {last}: it must be in order of lines, then indexes.");
        }

        _last = key;
    }

    /// <summary>Takes what belongs to lines up to <paramref name="lastLine"/>.</summary>
    public async Task<List<T>> TakeThroughAsync(long lastLine)
    {
        var taken = new List<T>();
        while (NextLine <= lastLine)
        {
            taken.Add(Next!);
            await AdvanceAsync();
        }

        return taken;
    }

    public ValueTask DisposeAsync() => items.DisposeAsync();
}
