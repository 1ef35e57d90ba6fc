using SdFleet.Contracts.Images;

namespace SdFleet.Coordinator.Datasets.Filters;

/// <summary>
/// Says which pictures of a dataset are not wanted: those that their worker found, and near-duplicates of earlier ones. What is kept
/// follows from the records alone, in order of lines, then indexes, whenever which worker made them.
/// </summary>
public sealed class DatasetFilter
{
    private readonly HashIndex _kept = new();
    private ImageKey? _last;

    /// <summary>Whether any picture was compared with earlier ones, so that what is kept of it depends on theirs.</summary>
    public bool Compares { get; private set; }

    /// <summary>What its worker found against a picture; null where nothing.</summary>
    public static FilterFinding? VerdictOf(DatasetImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Record.Image.Filtered is { } reason ? new FilterFinding(reason, DetailOf(reason, image.Record)) : null;
    }

    /// <summary>Why a picture is not wanted; null where it is. Not for one that is absent anyhow: it would keep out what resembles it.</summary>
    /// <param name="image">Each once, in order; one out of order is not compared with others.</param>
    public FilterFinding? Judge(DatasetImage image)
    {
        if (VerdictOf(image) is { } verdict)
        {
            return verdict;
        }

        var (recipe, record) = (image.Record.Recipe, image.Record.Image);

        if (recipe.Filters?.DuplicateDistance is not { } most || record.Scores?.PerceptualHashBits is not { } hash)
        {
            return null;
        }

        Compares = true;
        if (_last is { } last && image.Key.CompareTo(last) <= 0)
        {
            return null;
        }

        _last = image.Key;
        if (_kept.Find(hash, most) is (var key, var distance))
        {
            return new FilterFinding(FilterReason.NearDuplicate, $"near-duplicate of {key}: {distance} of 64 bits differ, and up to {most} are too few");
        }

        _kept.Add(hash, image.Key);
        return null;
    }

    private static string DetailOf(FilterReason reason, ManifestRecord record)
    {
        var draws = record.Image.Draws is { Count: > 0 } before ? $", after {before.Count} draws that were not wanted either" : "";
        return reason switch
        {
            FilterReason.Blank => "blank",
            FilterReason.Unsafe => "the safety checker objects to it",
            FilterReason.LowClipSimilarity => FormattableString.Invariant(
                $"CLIP similarity {record.Image.Scores?.ClipSimilarity}, less than {record.Recipe.Filters?.MinClipSimilarity}"),
            _ => reason.ToString(),
        } + draws;
    }
}
