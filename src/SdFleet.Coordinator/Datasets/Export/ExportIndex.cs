using System.Text.Json;
using System.Text.Json.Serialization;
using SdFleet.Contracts;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>What an export consists of: <c>index.json</c>, and the same digests as <c>SHA256SUMS</c> for <c>sha256sum --check</c>.</summary>
public sealed record ExportIndex
{
    public const string FileName = "index.json";
    public const string ChecksumsFileName = "SHA256SUMS";

    // Written for machines, and looked at by people.
    private static readonly JsonSerializerOptions Json = new(ContractsJson.Options) { WriteIndented = true, NewLine = "\n" };

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

    /// <summary>Reads an export's index, or null where the folder has none.</summary>
    /// <exception cref="DatasetException">It is damaged.</exception>
    public static ExportIndex? Load(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<ExportIndex>(File.ReadAllBytes(file), Json)
                ?? throw new DatasetException($"{file} is empty. Export into another folder.");
        }
        catch (JsonException e)
        {
            throw new DatasetException($"{file} cannot be read: {e.Message} Export into another folder.", e);
        }
    }

    internal void Save(string folder)
    {
        WholeFile.Write(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json) + "\n");
        WholeFile.Write(
            Path.Combine(folder, ChecksumsFileName),
            string.Concat(Shards.SelectMany(s => s.Files).Select(f => $"{f.Sha256}  {f.Path}\n")));
    }
}
