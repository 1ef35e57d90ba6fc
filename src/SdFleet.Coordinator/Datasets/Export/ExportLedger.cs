using SdFleet.Coordinator.Datasets.Statistics;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>What an export has of its shards: the index, kept and saved, and the statistics of their records. For one export at a time.</summary>
internal sealed class ExportLedger
{
    // The index names every shard: saved after each that took no work, it would take the square of their number.
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(10);

    private const int MostSampled = 128;

    private readonly DatasetExportOptions _options;
    private readonly SortedDictionary<int, ExportShard> _shards;
    private readonly SpreadSample<DatasetImage> _sample = new(MostSampled);
    private readonly Guid? _batch;
    private readonly int _version;
    private bool _hasIndex;
    private long _savedAt;

    private ExportLedger(DatasetExportOptions options, ExportIndex? earlier)
    {
        _options = options;
        _batch = options.Batch ?? earlier?.Batch;
        _version = VersionOf(earlier);

        // One of another version stays as it is, whoever's it says it is: no shard comes to it.
        _hasIndex = earlier is not null && earlier.Version == _version && (earlier.Batch == _batch || _version != ExportIndex.CurrentVersion);
        _savedAt = options.Clock.GetTimestamp();
        _shards = new SortedDictionary<int, ExportShard>((earlier?.Shards ?? []).ToDictionary(s => s.Number));
    }

    /// <summary>Statistics of the records that were counted.</summary>
    public DatasetStatistics Statistics { get; } = new();

    /// <summary>Some of these records, spread over all, in order.</summary>
    public IReadOnlyList<DatasetImage> Sample => _sample.Items;

    /// <summary>Shards that were written since it was opened.</summary>
    public int ShardsWritten { get; private set; }

    /// <summary>The numbers of the shards that are there.</summary>
    public IEnumerable<int> Numbers => _shards.Keys;

    /// <summary>The index as it is now, saved or not.</summary>
    public ExportIndex Index => new()
    {
        Version = _version,
        Batch = _batch,
        Format = _options.Format,
        LinesPerShard = _options.LinesPerShard,
        ShardBytes = _options.ShardBytes == DatasetExportOptions.DefaultShardBytes ? null : _options.ShardBytes,
        IncludesFiltered = _options.IncludesFiltered,
        Shards = [.. _shards.Values],
    };

    /// <summary>Begins with what the place has.</summary>
    /// <exception cref="DatasetException">It holds something else than such an export.</exception>
    public static async Task<ExportLedger> OpenAsync(DatasetExportOptions options, CancellationToken cancellationToken) =>
        new(options, await FindEarlierAsync(options, cancellationToken));

    /// <summary>A shard that is there, or null.</summary>
    public ExportShard? Find(int number) => _shards.GetValueOrDefault(number);

    /// <summary>Takes records that are in the dataset into the statistics and the sample.</summary>
    public void Count(IEnumerable<DatasetImage> images)
    {
        foreach (var image in images)
        {
            Statistics.Add(image.Record);
            _sample.Add(image);
        }
    }

    /// <summary>Insists that a shard that is written now has the fields of those that are there.</summary>
    /// <exception cref="DatasetException">It has others.</exception>
    public void RequireCurrentVersion() => RequireCurrentVersion(_options.Place, _version);

    /// <summary>The same, for who writes one shard and has no ledger.</summary>
    /// <exception cref="DatasetException">It has others.</exception>
    public static async Task RequireCurrentVersionAsync(IFileTree place, CancellationToken cancellationToken) =>
        RequireCurrentVersion(place, VersionOf(await ExportIndex.LoadAsync(place, cancellationToken)));

    /// <summary>Takes a shard in that was written, in place of the one of its number.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="wasThere">Whether it cost no work, so that nothing is lost with the index.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task AddAsync(ExportShard shard, bool wasThere, CancellationToken cancellationToken)
    {
        _shards[shard.Number] = shard;
        ShardsWritten++;
        return wasThere ? SaveNowAndThenAsync(cancellationToken) : SaveAsync(cancellationToken);
    }

    /// <summary>Takes a shard out of which nothing is left, where it is there.</summary>
    /// <param name="number">Which.</param>
    /// <param name="wasThere">Whether that cost no work.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task DropAsync(int number, bool wasThere, CancellationToken cancellationToken) =>
        !_shards.Remove(number) ? Task.CompletedTask
        : wasThere ? SaveNowAndThenAsync(cancellationToken)
        : SaveAsync(cancellationToken);

    /// <summary>Seals a shard that is there.</summary>
    public Task SealAsync(ExportShard shard, CancellationToken cancellationToken)
    {
        _shards[shard.Number] = shard with { Sealed = true };
        return SaveNowAndThenAsync(cancellationToken);
    }

    /// <summary>
    /// Takes out open shards that will be written otherwise. A sealed shard is only made again where it was lost, and comes out as the
    /// index has it.
    /// </summary>
    public async Task TakeOutAsync(IEnumerable<int> numbers, CancellationToken cancellationToken)
    {
        var open = numbers.Where(n => Find(n) is { Sealed: false }).ToList();
        if (open.Count > 0)
        {
            open.ForEach(n => _shards.Remove(n));
            await SaveAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Writes an index where there is none, or one that does not say whose it is: files without one would be somebody else's to the run that
    /// follows one that is killed now.
    /// </summary>
    public async Task EnsureIndexAsync(CancellationToken cancellationToken)
    {
        if (!_hasIndex)
        {
            await SaveAsync(cancellationToken);
            _hasIndex = true;
        }
    }

    /// <summary>Writes the index.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        await Index.SaveAsync(_options.Place, cancellationToken);
        _savedAt = _options.Clock.GetTimestamp();
    }

    /// <summary>Whether a shard's files are all there: a crash of the machine may leave one shorter than the index has it.</summary>
    public async Task<bool> IsThereAsync(ExportShard shard, CancellationToken cancellationToken)
    {
        foreach (var file in shard.Files)
        {
            if (await _options.Place.FindLengthAsync(file.Path, cancellationToken) != file.Bytes)
            {
                return false;
            }
        }

        return true;
    }

    private Task SaveNowAndThenAsync(CancellationToken cancellationToken) =>
        _options.Clock.GetElapsedTime(_savedAt) > SaveInterval ? SaveAsync(cancellationToken) : Task.CompletedTask;

    // Of one without shards, nothing is there that the next ones could differ from.
    private static int VersionOf(ExportIndex? index) => index is { Shards.Count: > 0 } ? index.Version : ExportIndex.CurrentVersion;

    private static void RequireCurrentVersion(IFileTree place, int version)
    {
        if (version != ExportIndex.CurrentVersion)
        {
            throw new DatasetException(
                $"{place.Place} holds an export that another version of SdFleet began, whose tables have other columns (\"version\" {version} in " +
                $"{ExportIndex.FileName}, not {ExportIndex.CurrentVersion}). What is there stays as it is and can be read and audited; to have more of it, export to another place.");
        }
    }

    // Null where there is no index yet.
    private static async Task<ExportIndex?> FindEarlierAsync(DatasetExportOptions options, CancellationToken cancellationToken)
    {
        var place = options.Place.Place;
        if (await ExportIndex.LoadAsync(options.Place, cancellationToken) is not { } index)
        {
            // A first run that was killed leaves only what it had begun.
            return await options.Place.ListAsync("", cancellationToken).AnyAsync(cancellationToken)
                ? throw new DatasetException($"{place} holds files, but no export. Name an empty folder.")
                : null;
        }

        if (index.Batch is { } owner && options.Batch is { } batch && owner != batch)
        {
            throw new DatasetException($"{place} holds an export of batch {owner}, and this is batch {batch}. Name another place.");
        }

        if (index.IncludesFiltered != options.IncludesFiltered)
        {
            throw new DatasetException(
                $"{place} holds an export {(index.IncludesFiltered ? "with" : "without")} the pictures that filters took out. Go on with that, or name another folder.");
        }

        if ((index.ShardBytes ?? DatasetExportOptions.DefaultShardBytes) != options.ShardBytes)
        {
            throw new DatasetException(
                $"{place} holds an export with files of at most {index.ShardBytes ?? DatasetExportOptions.DefaultShardBytes} bytes, not {options.ShardBytes}. " +
                "Go on with those, or name another folder.");
        }

        return index.Format == options.Format && index.LinesPerShard == options.LinesPerShard
            ? index
            : throw new DatasetException(
                $"{place} holds an export as {index.Format} with {index.LinesPerShard} lines a shard, not as {options.Format} " +
                $"with {options.LinesPerShard}. Go on with those, or name another folder.");
    }
}
