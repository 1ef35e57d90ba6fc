using System.Text.RegularExpressions;
using SdFleet.Contracts.Validation;

namespace SdFleet.Contracts.Batches;

/// <summary>What <c>POST /v1/batches/{id}/exports</c> takes: a dataset that the fleet is to write.</summary>
public sealed partial record ExportBatch
{
    /// <summary>Most characters of <see cref="Title"/> and <see cref="License"/>.</summary>
    public const int MaxTextLength = 200;

    /// <summary>Most shards of an export.</summary>
    public const int MaxShards = 10_000;

    private const int DefaultLinesPerShard = 1000;
    private const int MostLinesPerShard = 1_000_000;
    private const long LeastShardBytes = 1_000_000;

    /// <summary>How it is to lie there.</summary>
    public required DatasetFormat Format { get; init; }

    /// <summary>
    /// Which export of the batch it is: a-z, 0-9 and '-', at most 64 characters. Default the format's name. Asked for again under
    /// its name, it takes in what has come since.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>
    /// Where it goes: <c>azure://container/folder</c>, or a folder's full path, as the fleet allows it (<c>SdFleet:Artifacts:ExportPlaces</c>).
    /// Default beside the batch's pictures.
    /// </summary>
    public string? Place { get; init; }

    /// <summary>Lines of the batch that make a shard, 1 to 1,000,000. Default 1000.</summary>
    public int? LinesPerShard { get; init; }

    /// <summary>Longest tar file in bytes, at least 1,000,000. Default 1,000,000,000.</summary>
    public long? ShardBytes { get; init; }

    /// <summary>The dataset's name, for its card.</summary>
    public string? Title { get; init; }

    /// <summary>The licence, as Hugging Face names it, for its card. Default unknown.</summary>
    public string? License { get; init; }

    /// <summary>Whether every shard is sealed, also those whose pictures are not all there.</summary>
    public bool Final { get; init; }

    /// <summary>Whether pictures that filters took out are in it all the same.</summary>
    public bool IncludeFiltered { get; init; }

    /// <summary>Everything that is wrong with it.</summary>
    public IEnumerable<FieldError> Check()
    {
        if (Name is not null && !NamePattern().IsMatch(Name))
        {
            yield return new FieldError("name", $"\"{ShownText.Of(Name)}\"", "1 to 64 characters of a-z, 0-9 and single '-' between them");
        }

        if (LinesPerShard is < 1 or > MostLinesPerShard)
        {
            yield return new FieldError("linesPerShard", Invariant($"{LinesPerShard}"), Invariant($"1 to {MostLinesPerShard}"));
        }

        if (ShardBytes is < LeastShardBytes)
        {
            yield return new FieldError("shardBytes", Invariant($"{ShardBytes}"), Invariant($"at least {LeastShardBytes}"));
        }

        foreach (var (field, text) in new[] { ("title", Title), ("license", License) })
        {
            if (text is not null && (text.Length is 0 or > MaxTextLength || text.Any(char.IsControl)))
            {
                yield return new FieldError(field, $"\"{ShownText.Of(text)}\"", Invariant($"1 to {MaxTextLength} printable characters"));
            }
        }
    }

    /// <summary>What is wrong with it for a batch of <paramref name="lines"/> lines, or null.</summary>
    public FieldError? CheckShards(long lines)
    {
        var perShard = LinesPerShard ?? DefaultLinesPerShard;
        var least = ((lines - 1) / MaxShards) + 1;
        return perShard < least
            ? new FieldError("linesPerShard", Invariant($"{perShard}"), Invariant($"at least {least}, as the batch has {lines} lines and an export at most {MaxShards} shards"))
            : null;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    // '$' would let a line feed follow.
    [GeneratedRegex(@"^(?=.{1,64}\z)[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
