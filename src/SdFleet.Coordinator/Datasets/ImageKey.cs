using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SdFleet.Coordinator.Datasets;

/// <summary>Which picture of a batch: the order of a dataset.</summary>
/// <param name="Line">Line of the batch, from 1.</param>
/// <param name="Index">Place within the line's job, from 0.</param>
[SuppressMessage("Design", "CA1036", Justification = "Keys are compared by sorting and by CompareTo only.")]
public readonly record struct ImageKey(long Line, int Index) : IComparable<ImageKey>
{
    public int CompareTo(ImageKey other) => Line != other.Line ? Line.CompareTo(other.Line) : Index.CompareTo(other.Index);

    /// <summary>What its files are called in a dataset: without a dot, and in order as text.</summary>
    public string FileStem => string.Create(CultureInfo.InvariantCulture, $"{Line:D9}-{Index:D2}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"line {Line}, index {Index}");
}
