using SdFleet.Contracts.Images;
using SdFleet.Coordinator.Datasets.Filters;

namespace SdFleet.Coordinator.Datasets.Statistics;

/// <summary>What filters measured of the pictures of a dataset, draws that are not kept among them, and what they took out.</summary>
public sealed class FilterStatistics
{
    private const int Bins = 100;

    private readonly SortedDictionary<FilterReason, long> _filtered = [];
    private readonly SortedDictionary<FilterReason, long> _drawnAgain = [];
    private readonly SortedDictionary<int, long> _draws = [];

    /// <summary>CLIP similarity of the pictures that are wanted, -1 to 1.</summary>
    public EvenHistogram WantedSimilarity { get; } = new(-1, 1, Bins);

    /// <summary>CLIP similarity of what is not, for whatever reason.</summary>
    public EvenHistogram OtherSimilarity { get; } = new(-1, 1, Bins);

    /// <summary>Pictures that were taken out, by reason.</summary>
    public IReadOnlyDictionary<FilterReason, long> Filtered => _filtered;

    /// <summary>Draws that were taken out and drawn again, by reason.</summary>
    public IReadOnlyDictionary<FilterReason, long> DrawnAgain => _drawnAgain;

    /// <summary>Pictures by how often they were drawn; only where some may be drawn more than once.</summary>
    public IReadOnlyDictionary<int, long> Draws => _draws;

    /// <summary>Counts a picture.</summary>
    /// <param name="record">Its record.</param>
    /// <param name="finding">Why it is not wanted; null where it is.</param>
    public void Add(ManifestRecord record, FilterFinding? finding)
    {
        ArgumentNullException.ThrowIfNull(record);
        var image = record.Image;
        Add(image.Scores, isWanted: finding is null);
        if (finding is not null)
        {
            Count1(_filtered, finding.Reason);
        }

        foreach (var draw in image.Draws ?? [])
        {
            Add(draw.Scores, isWanted: false);
            Count1(_drawnAgain, draw.Reason);
        }

        if (record.Recipe.Filters is { Redraws: > 0 })
        {
            Count1(_draws, 1 + (image.Draws?.Count ?? 0));
        }
    }

    private void Add(ImageScores? scores, bool isWanted)
    {
        if (scores?.ClipSimilarity is { } similarity)
        {
            (isWanted ? WantedSimilarity : OtherSimilarity).Add(similarity);
        }
    }

    private static void Count1<TKey>(SortedDictionary<TKey, long> counts, TKey key)
        where TKey : notnull =>
        counts[key] = counts.GetValueOrDefault(key) + 1;
}
