namespace SdFleet.Coordinator.Datasets.Statistics;

/// <summary>
/// Some of many, spread evenly over all of them: every n-th, where n doubles as often as the sample is full. The same stream gives
/// the same sample.
/// </summary>
/// <param name="most">Most items, at least 2; at the end there are half as many or more, as far as there were that many. Some sixteen for each that is to be taken: then those at equal distances are among them, or near.</param>
public sealed class SpreadSample<T>(int most)
{
    private readonly List<T> _items = [];
    private long _stride = 1;
    private long _seen;

    public IReadOnlyList<T> Items => _items;

    public void Add(T item)
    {
        if (_seen++ % _stride != 0)
        {
            return;
        }

        if (_items.Count == most)
        {
            // Those at even places are what the doubled stride would have taken.
            for (var i = 1; i < _items.Count; i++)
            {
                _items.RemoveAt(i);
            }

            _stride *= 2;
            if ((_seen - 1) % _stride != 0)
            {
                return;
            }
        }

        _items.Add(item);
    }

    /// <summary>At most <paramref name="count"/> of the sample, spread evenly, from the first to about the last.</summary>
    public IReadOnlyList<T> Take(int count)
    {
        var taken = Math.Min(count, _items.Count);
        return [.. Enumerable.Range(0, taken).Select(i => _items[taken == 1 ? 0 : (int)((long)i * (_items.Count - 1) / (taken - 1))])];
    }
}
