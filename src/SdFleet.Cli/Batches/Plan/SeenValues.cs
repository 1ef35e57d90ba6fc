using System.Globalization;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Batches.Plan;

/// <summary>The values that a field has in a batch: texts in the order in which they come, numbers by size. Many are only counted.</summary>
internal sealed class SeenValues
{
    private const int MostShown = 6;
    private const int MostCounted = 10_000;

    private readonly HashSet<string> _all = new(StringComparer.Ordinal);
    private readonly List<string> _first = [];
    private (double Least, double Most)? _range;

    public void Add(string value)
    {
        if (_all.Count < MostCounted && _all.Add(value) && _first.Count < MostShown)
        {
            _first.Add(value);
        }
    }

    public void Add(double value)
    {
        Add(value.ToString(CultureInfo.InvariantCulture));
        _range = _range is { } known ? (Math.Min(known.Least, value), Math.Max(known.Most, value)) : (value, value);
    }

    public override string ToString()
    {
        if (_all.Count <= MostShown)
        {
            return string.Join(", ", _first.OrderBy(value => double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : 0));
        }

        var count = Amount.Text($"{(_all.Count < MostCounted ? "" : "at least ")}{_all.Count:N0} values");
        return _range is { } range ? Amount.Text($"{range.Least} to {range.Most} ({count})") : $"{string.Join(", ", _first)}, … ({count})";
    }
}
