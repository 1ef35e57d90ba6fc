using System.Text.Json;
using System.Text.Json.Serialization;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>What an export consists of: <c>index.json</c>, and the same digests as <c>SHA256SUMS</c> for <c>sha256sum --check</c>.</summary>
public sealed record ExportIndex
{
    public const string FileName = "index.json";
    public const string ChecksumsFileName = "SHA256SUMS";

    /// <summary>The <see cref="Version"/> that shards are written in.</summary>
    public const int CurrentVersion = 2;

    // Written for machines, and looked at by people.
    private static readonly JsonSerializerOptions Json = new(ContractsJson.Options) { WriteIndented = true, NewLine = "\n" };

    /// <summary>
    /// Which fields its tables have: 2 since there is <c>scheduler_settings</c>; 1 where an index does not say. They are the same in all shards,
    /// as loaders take them from the first.
    /// </summary>
    public int Version { get; init; } = 1;

    /// <summary>The batch whose pictures these are; null where they came without one, and in what versions before this one wrote.</summary>
    public Guid? Batch { get; init; }

    /// <summary>How the dataset lies there.</summary>
    public required DatasetFormat Format { get; init; }

    /// <summary>Lines of a shard.</summary>
    public required int LinesPerShard { get; init; }

    /// <summary>Whether pictures that filters took out are in it all the same.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IncludesFiltered { get; init; }

    /// <summary>Longest tar file in bytes; null for <see cref="DatasetExportOptions.DefaultShardBytes"/>.</summary>
    public long? ShardBytes { get; init; }

    /// <summary>Pictures in all shards.</summary>
    public long Samples => Shards.Sum(s => (long)s.Samples);

    /// <summary>The shards that hold pictures, in order.</summary>
    public required IReadOnlyList<ExportShard> Shards { get; init; }

    /// <summary>Reads an export's index, or null where there is none.</summary>
    /// <exception cref="DatasetException">It is damaged.</exception>
    public static async Task<ExportIndex?> LoadAsync(IFileTree place, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (await place.ReadAsync(FileName, cancellationToken) is not { } bytes)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<ExportIndex>(bytes, Json)
                ?? throw new DatasetException($"{FileName} of {place.Place} is empty. Export to another place.");
        }
        catch (JsonException e)
        {
            throw new DatasetException($"{FileName} of {place.Place} cannot be read: {e.Message} Export to another place.", e);
        }
    }

    internal async Task SaveAsync(IFileTree place, CancellationToken cancellationToken)
    {
        await place.WriteAsync(FileName, JsonSerializer.Serialize(this, Json) + "\n", cancellationToken);
        await place.WriteAsync(
            ChecksumsFileName, string.Concat(Shards.SelectMany(s => s.Files).Select(f => $"{f.Sha256}  {f.Path}\n")), cancellationToken);
    }
}
