using System.Security.Cryptography;
using System.Text;
using SdFleet.Coordinator.Datasets.Filters;
using SdFleet.Coordinator.Datasets.Statistics;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>
/// Turns a manifest and its artifacts into a dataset, a shard at a time. A shard is a fixed range of lines. It is sealed when each
/// picture that was requested of it is there or has a reason not to be, and is never written again; a shard that is not sealed is
/// written again when more of it is there. Only what a crash took from a sealed shard is made again. Nothing in a dataset depends
/// on when and in how many runs it was made.
/// </summary>
public sealed class DatasetExport
{
    private const string AbsentFile = "absent.jsonl";
    private const string LockFile = "export.lock";
    private const int MostLinesPerShard = 1_000_000;
    private const long LeastShardBytes = 1_000_000;

    private readonly DatasetExportOptions _options;
    private readonly IArtifactStore _artifacts;
    private readonly ShardLayout _layout;
    private readonly SortedDictionary<int, ExportShard> _shards;
    private readonly SortedDictionary<Absence, long> _absent = [];
    private readonly List<ExportProblem> _problems = [];
    private readonly DatasetStatistics _statistics = new();
    private readonly DatasetFilter? _filter;
    private bool _isOpen;
    private int _shardsWritten;
    private long _outstanding;

    private DatasetExport(DatasetExportOptions options, IArtifactStore artifacts)
    {
        _options = options;
        _artifacts = artifacts;
        _layout = ShardLayout.Of(options.Format, options.ShardBytes);
        _filter = options.IncludesFiltered ? null : new DatasetFilter();
        _shards = new SortedDictionary<int, ExportShard>(EarlierShards(options).ToDictionary(s => s.Number));
    }

    /// <summary>Exports, or goes on with an export.</summary>
    /// <param name="options">What and how.</param>
    /// <param name="images">The manifest, in order of lines, then indexes.</param>
    /// <param name="requested">
    /// What was asked for, in the same order; null where nobody knows, and then shards are sealed only by
    /// <see cref="DatasetExportOptions.IsFinal"/>.
    /// </param>
    /// <param name="artifacts">Where the pictures are.</param>
    /// <param name="cancellationToken">Gives up; a later run goes on from there.</param>
    /// <exception cref="DatasetException">
    /// The manifest is not in order, or does not go with what the folder holds, or another export is at work there.
    /// </exception>
    public static async Task<ExportResult> RunAsync(
        DatasetExportOptions options,
        IAsyncEnumerable<DatasetImage> images,
        IAsyncEnumerable<RequestedImage>? requested,
        IArtifactStore artifacts,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(artifacts);
        if (options.LinesPerShard is < 1 or > MostLinesPerShard)
        {
            throw new DatasetException($"Lines of a shard: {options.LinesPerShard}, must be 1 to {MostLinesPerShard}.");
        }

        if (options.ShardBytes < LeastShardBytes)
        {
            throw new DatasetException($"Bytes of a shard's file: {options.ShardBytes}, must be at least {LeastShardBytes}.");
        }

        Directory.CreateDirectory(options.Folder);
        await using var held = Lock(options.Folder);
        var export = new DatasetExport(options, artifacts);
        await export.RunAsync(images, requested, cancellationToken);
        return export.Finish(knowsRequested: requested is not null);
    }

    // Two exports at once would remove each other's unfinished files. The system lets go of the lock of a run that is killed.
    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(
                Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new DatasetException($"Another export is at work in {folder}. Wait for its end, or name another folder. ({e.Message})", e);
        }
    }

    private static IReadOnlyList<ExportShard> EarlierShards(DatasetExportOptions options)
    {
        if (ExportIndex.Load(options.Folder) is not { } index)
        {
            // A first run that was killed leaves only what it had begun.
            return Directory.EnumerateFileSystemEntries(options.Folder)
                .All(e => e.EndsWith(WholeFile.PartialExtension, StringComparison.Ordinal) || Path.GetFileName(e) == LockFile)
                ? []
                : throw new DatasetException($"{options.Folder} holds files, but no export. Name an empty folder.");
        }

        if (index.IncludesFiltered != options.IncludesFiltered)
        {
            throw new DatasetException(
                $"{options.Folder} holds an export {(index.IncludesFiltered ? "with" : "without")} the pictures that filters took out. Go on with that, or name another folder.");
        }

        if ((index.ShardBytes ?? DatasetExportOptions.DefaultShardBytes) != options.ShardBytes)
        {
            throw new DatasetException(
                $"{options.Folder} holds an export with files of at most {index.ShardBytes ?? DatasetExportOptions.DefaultShardBytes} bytes, not {options.ShardBytes}. " +
                "Go on with those, or name another folder.");
        }

        return index.Format == options.Format && index.LinesPerShard == options.LinesPerShard
            ? index.Shards
            : throw new DatasetException(
                $"{options.Folder} holds an export as {index.Format} with {index.LinesPerShard} lines a shard, not as {options.Format} " +
                $"with {options.LinesPerShard}. Go on with those, or name another folder.");
    }

    private async Task RunAsync(
        IAsyncEnumerable<DatasetImage> images, IAsyncEnumerable<RequestedImage>? requested, CancellationToken cancellationToken)
    {
        await using var records = new OrderedReader<DatasetImage>(images.GetAsyncEnumerator(cancellationToken), i => i.Key, "The manifest");
        await using var wanted = new OrderedReader<RequestedImage>(
            (requested ?? AsyncEnumerable.Empty<RequestedImage>()).GetAsyncEnumerator(cancellationToken), r => r.Key, "The list of what was requested");
        await using var absences = requested is null ? StreamWriter.Null : OpenAbsences();
        var unseen = _shards.Keys.ToHashSet();
        await records.AdvanceAsync();
        await wanted.AdvanceAsync();
        while (Math.Min(records.NextLine, wanted.NextLine) is var line and < long.MaxValue)
        {
            var number = checked((int)((line - 1) / _options.LinesPerShard));
            unseen.Remove(number);
            var lastLine = (number + 1L) * _options.LinesPerShard;
            var present = await records.TakeThroughAsync(lastLine);
            var filtered = Filter(present);
            var isComplete = requested is not null;
            if (requested is not null)
            {
                isComplete = Compare(present, await wanted.TakeThroughAsync(lastLine), filtered, absences);
            }

            present.RemoveAll(i => filtered.ContainsKey(i.Key));

            // Which near-duplicate is kept depends on all lines before it.
            _isOpen |= !isComplete;
            var mayChange = _isOpen && _filter is { Compares: true };
            await ExportShardAsync(number, present, (isComplete && !mayChange) || _options.IsFinal, cancellationToken);
        }

        if (unseen.Count > 0)
        {
            throw new DatasetException(
                $"{_options.Folder} holds shard {unseen.Min()}, of which the manifest has nothing. Is it the manifest of another batch, or a part?");
        }
    }

    private SortedDictionary<ImageKey, RequestedImage> Filter(List<DatasetImage> present)
    {
        var filtered = new SortedDictionary<ImageKey, RequestedImage>();
        foreach (var image in present)
        {
            if (_filter?.Judge(image) is { } finding)
            {
                filtered.Add(image.Key, new RequestedImage(image.Line, image.Key.Index) { JobId = image.Record.JobId, Absence = Absence.Filtered, Detail = finding.Detail });
            }
        }

        if (filtered.Count > 0)
        {
            _absent[Absence.Filtered] = _absent.GetValueOrDefault(Absence.Filtered) + filtered.Count;
        }

        return filtered;
    }

    // Leaves in the records what may belong into the dataset. True where nothing is outstanding.
    private bool Compare(
        List<DatasetImage> present, List<RequestedImage> wanted, SortedDictionary<ImageKey, RequestedImage> filtered, StreamWriter absences)
    {
        var requests = wanted.ToDictionary(r => r.Key);
        var unread = wanted.Where(r => r is { IsUnread: true, Absence: null }).Select(r => r.Line).ToHashSet();
        if (present.FirstOrDefault(i => !requests.ContainsKey(i.Key) && !unread.Contains(i.Line)) is { } stranger)
        {
            throw new DatasetException(
                $"The manifest has {stranger.Key}, which nobody requested. Does the list belong to this manifest? " +
                "\"sdfleet dataset audit\" lists everything that is wrong.");
        }

        foreach (var request in wanted.Where(r => r.Absence is not null && !filtered.ContainsKey(r.Key)).Concat(filtered.Values).OrderBy(r => r.Key))
        {
            var reason = request.Absence!.Value;
            if (!filtered.ContainsKey(request.Key))
            {
                _absent[reason] = _absent.GetValueOrDefault(reason) + 1;
            }

            absences.WriteLine(RequestFile.Line(request));
        }

        present.RemoveAll(i => requests.GetValueOrDefault(i.Key)?.Absence is not null);
        var there = present.Select(i => i.Key).ToHashSet();
        var outstanding = wanted.Count(r => r.Absence is null && !there.Contains(r.Key));
        _outstanding += outstanding;
        return outstanding == 0;
    }

    private async Task ExportShardAsync(int number, List<DatasetImage> images, bool seal, CancellationToken cancellationToken)
    {
        var contents = ContentsOf(images);
        var earlier = _shards.GetValueOrDefault(number);
        if (earlier is { Sealed: true } && earlier.Contents != contents)
        {
            throw new DatasetException(
                $"Shard {number} (lines {earlier.FirstLine} to {earlier.LastLine}) is sealed with {earlier.Samples} pictures, and the manifest " +
                $"now has {images.Count} for it, or others. Export into another folder.");
        }

        if (earlier?.Contents == contents && IsThere(earlier))
        {
            Count(images);
            if (seal && !earlier.Sealed)
            {
                // Nothing new, and nothing more to wait for either.
                _shards[number] = earlier with { Sealed = true };
                Index.Save(_options.Folder);
            }

            return;
        }

        if (images.Count == 0 && earlier is null)
        {
            return;
        }

        var source = new ShardSource(images, image => ArtifactReader.ReadAsync(_artifacts, image, cancellationToken));
        using var files = new ShardFiles(_options.Folder);
        await _layout.WriteAsync(number, source, files, cancellationToken);
        Count(source.Written);
        _problems.AddRange(source.Faults.Select(f => new ExportProblem(f.Image.Key, f.Detail)));

        // A damaged picture may come out otherwise when it is made again, and with it what later ones resemble.
        _isOpen |= source.Faults.Count > 0;
        if (_shards.Count == 0)
        {
            // Files without an index would be somebody else's to the run that follows one that is killed now.
            Index.Save(_options.Folder);
        }

        _shards[number] = new ExportShard
        {
            Number = number,
            FirstLine = ((long)number * _options.LinesPerShard) + 1,
            LastLine = (number + 1L) * _options.LinesPerShard,
            Samples = source.Written.Count,
            Sealed = (seal || earlier is { Sealed: true }) && source.Faults.Count == 0,
            Contents = ContentsOf(source.Written),
            Files = files.Publish(),
        };
        _shardsWritten++;
        Index.Save(_options.Folder);

        // With less in it than before, it may have fewer files.
        foreach (var file in (earlier?.Files ?? []).Where(f => _shards[number].Files.All(now => now.Path != f.Path)))
        {
            File.Delete(Path.Combine(_options.Folder, file.Path));
        }
    }

    // A crash of the machine may leave a file shorter than the index has it.
    private bool IsThere(ExportShard shard) =>
        shard.Files.All(f => new FileInfo(Path.Combine(_options.Folder, f.Path)) is { Exists: true } file && file.Length == f.Bytes);

    private void Count(IEnumerable<DatasetImage> images)
    {
        foreach (var image in images)
        {
            _statistics.Add(image.Record);
        }
    }

    private ExportIndex Index => new()
    {
        Format = _options.Format,
        LinesPerShard = _options.LinesPerShard,
        ShardBytes = _options.ShardBytes == DatasetExportOptions.DefaultShardBytes ? null : _options.ShardBytes,
        IncludesFiltered = _options.IncludesFiltered,
        Shards = [.. _shards.Values],
    };

    private ExportResult Finish(bool knowsRequested)
    {
        if (knowsRequested)
        {
            var absences = Path.Combine(_options.Folder, AbsentFile);
            WholeFile.Move(WholeFile.Partial(absences), absences);
        }

        var index = Index;
        index.Save(_options.Folder);
        var result = new ExportResult
        {
            Index = index,
            ShardsWritten = _shardsWritten,
            Outstanding = _outstanding,
            Absent = _absent,
            Problems = _problems,
            Statistics = _statistics,
        };
        WholeFile.Write(Path.Combine(_options.Folder, DatasetCard.FileName), DatasetCard.Render(_options, _layout, result));
        return result;
    }

    private StreamWriter OpenAbsences() => new(WholeFile.Partial(Path.Combine(_options.Folder, AbsentFile))) { NewLine = "\n" };

    internal static string ContentsOf(IEnumerable<DatasetImage> images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var image in images)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{image.Line} {image.Key.Index} {image.Record.Image.Sha256}\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
