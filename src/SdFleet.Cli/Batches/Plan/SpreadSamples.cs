namespace SdFleet.Cli.Batches.Plan;

/// <summary>Keeps a few of many things, at equal distances over all of them, however many come.</summary>
/// <param name="wanted">How many, at least 1.</param>
internal sealed class SpreadSamples<T>(int wanted)
{
    // So many are kept that those at equal distances are among them, or near.
    private const int Spare = 16;

    private readonly List<T> _kept = [];
    private long _seen;
    private long _stride = 1;

    public void Add(T item)
    {
        if (_seen++ % _stride != 0)
        {
            return;
        }

        if (_kept.Count == wanted * Spare)
        {
            // Every other one goes; what comes now is the first of the new stride, as the number of those kept is even.
            for (var i = 1; i <= _kept.Count / 2; i++)
            {
                _kept[i - 1] = _kept[(i - 1) * 2];
            }

            _kept.RemoveRange(_kept.Count / 2, _kept.Count - (_kept.Count / 2));
            _stride *= 2;
        }

        _kept.Add(item);
    }

    /// <summary>Those kept, from the first to about the last.</summary>
    public IReadOnlyList<T> Take()
    {
        var count = Math.Min(wanted, _kept.Count);
        return [.. Enumerable.Range(0, count).Select(i => _kept[count == 1 ? 0 : (int)((long)i * (_kept.Count - 1) / (count - 1))])];
    }
}
