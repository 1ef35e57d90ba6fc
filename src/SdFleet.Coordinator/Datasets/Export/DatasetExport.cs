using System.Security.Cryptography;
using System.Text;
using SdFleet.Coordinator.Datasets.Filters;
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
    private const int PlanPage = 200;

    // A container's lock outlives a run that was killed by a minute.
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(70);

    private readonly DatasetExportOptions _options;
    private readonly BuildShard _build;
    private readonly IFileTree _place;
    private readonly ExportLedger _ledger;
    private readonly SortedDictionary<Absence, long> _absent = [];
    private readonly List<ExportProblem> _problems = [];
    private readonly DatasetFilter? _filter;
    private IFileTreeStage? _absences;
    private bool _isOpen;
    private long _outstanding;

    private DatasetExport(DatasetExportOptions options, BuildShard build, ExportLedger ledger)
    {
        _options = options;
        _build = build;
        _ledger = ledger;
        _place = options.Place;
        _filter = options.IncludesFiltered ? null : new DatasetFilter();
    }

    /// <summary>Has a shard's files written.</summary>
    /// <param name="number">Which.</param>
    /// <param name="images">Its records, in order.</param>
    /// <param name="leftOut">Pictures of its lines that have a record and are not in it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What came of it; null where it is only planned.</returns>
    internal delegate Task<BuiltShard?> BuildShard(
        int number, IReadOnlyList<DatasetImage> images, IReadOnlyList<ImageKey> leftOut, CancellationToken cancellationToken);

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
    /// The manifest is not in order, or does not go with what the folder holds, such as another batch's export, or one is at work there.
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
        var builder = new ShardBuilder(options, artifacts);
        return await RunAsync(
            options,
            images,
            requested,
            artifacts,
            async (number, records, _, token) => await builder.BuildAsync(number, records, () => Task.CompletedTask, token),
            cancellationToken);
    }

    /// <summary>Exports with shards that <paramref name="build"/> has, or makes.</summary>
    internal static async Task<ExportResult> RunAsync(
        DatasetExportOptions options,
        IAsyncEnumerable<DatasetImage> images,
        IAsyncEnumerable<RequestedImage>? requested,
        IArtifactStore artifacts,
        BuildShard build,
        CancellationToken cancellationToken) =>
        await LockedAsync(
            options,
            clears: true,
            async (ledger, token) =>
            {
                var export = new DatasetExport(options, build, ledger);
                try
                {
                    await export.RunAsync(images, requested, listsAbsent: requested is not null, token);
                    return await export.FinishAsync(artifacts, token);
                }
                finally
                {
                    await (export._absences?.DisposeAsync() ?? ValueTask.CompletedTask);
                }
            },
            cancellationToken);

    /// <summary>
    /// Names the shards that an export would have to build now, in order, some at a time. Leaves an index, so that the place is an
    /// export's, and what others have begun there, who may be building the first ones already. Those that come out otherwise than
    /// they are there are taken out of the index first: what it has is there until the export ends.
    /// </summary>
    internal static Task<int> PlanAsync(
        DatasetExportOptions options,
        IAsyncEnumerable<DatasetImage> images,
        IAsyncEnumerable<RequestedImage>? requested,
        Func<IReadOnlyList<PlannedShard>, Task> plan,
        CancellationToken cancellationToken) =>
        LockedAsync(
            options,
            clears: false,
            async (ledger, token) =>
            {
                var planned = 0;
                var page = new List<PlannedShard>(PlanPage);
                var export = new DatasetExport(
                    options,
                    async (number, records, leftOut, _) =>
                    {
                        planned++;
                        page.Add(new PlannedShard(number, ContentsOf(records), leftOut));
                        if (page.Count == PlanPage)
                        {
                            await PlanPageAsync();
                        }

                        return null;
                    },
                    ledger);
                await ledger.EnsureIndexAsync(token);
                await export.RunAsync(images, requested, listsAbsent: false, token);
                await PlanPageAsync();
                return planned;

                async Task PlanPageAsync()
                {
                    // One of which nothing is left has to be known.
                    var nothing = ContentsOf([]);
                    await ledger.TakeOutAsync(page.Where(p => p.Contents != nothing).Select(p => p.Number), token);
                    await plan(page);
                    page.Clear();
                }
            },
            cancellationToken);

    // Two exports at once would write each other's files.
    private static async Task<T> LockedAsync<T>(
        DatasetExportOptions options, bool clears, Func<ExportLedger, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        if (options.LinesPerShard is < 1 or > DatasetExportOptions.MostLinesPerShard)
        {
            throw new DatasetException($"Lines of a shard: {options.LinesPerShard}, must be 1 to {DatasetExportOptions.MostLinesPerShard}.");
        }

        if (options.ShardBytes < DatasetExportOptions.LeastShardBytes)
        {
            throw new DatasetException($"Bytes of a shard's file: {options.ShardBytes}, must be at least {DatasetExportOptions.LeastShardBytes}.");
        }

        var place = options.Place;
        await place.PrepareAsync(cancellationToken);
        var patience = place.Place.StartsWith(FileTrees.BlobScheme, StringComparison.Ordinal) ? LockPatience : TimeSpan.Zero;
        await using var held = await place.TryLockAsync(patience, cancellationToken)
            ?? throw new DatasetException($"Another export is at work in {place.Place}. Wait for its end, or name another place.") { IsTransient = true };
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, held.Lost);
        try
        {
            // Of somebody else's export, not even what is begun is touched.
            var ledger = await ExportLedger.OpenAsync(options, both.Token);
            if (clears)
            {
                await place.ClearAsync(both.Token);
            }

            return await work(ledger, both.Token);
        }
        catch (OperationCanceledException e) when (held.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DatasetException($"The lock of {place.Place} was lost. Run the export again: it goes on from there.", e) { IsTransient = true };
        }
    }

    private async Task RunAsync(
        IAsyncEnumerable<DatasetImage> images, IAsyncEnumerable<RequestedImage>? requested, bool listsAbsent, CancellationToken cancellationToken)
    {
        await using var records = new OrderedReader<DatasetImage>(images.GetAsyncEnumerator(cancellationToken), i => i.Key, "The manifest");
        await using var wanted = new OrderedReader<RequestedImage>(
            (requested ?? AsyncEnumerable.Empty<RequestedImage>()).GetAsyncEnumerator(cancellationToken), r => r.Key, "The list of what was requested");
        await using var absences = listsAbsent ? await OpenAbsencesAsync(cancellationToken) : StreamWriter.Null;
        var unseen = _ledger.Numbers.ToHashSet();
        await records.AdvanceAsync();
        await wanted.AdvanceAsync();
        while (Math.Min(records.NextLine, wanted.NextLine) is var line and < long.MaxValue)
        {
            var number = checked((int)((line - 1) / _options.LinesPerShard));
            unseen.Remove(number);
            var lastLine = (number + 1L) * _options.LinesPerShard;
            var present = await records.TakeThroughAsync(lastLine);
            var requests = await wanted.TakeThroughAsync(lastLine);
            var all = present.ConvertAll(i => i.Key);

            // What is not in the dataset anyhow must not keep out what resembles it.
            var absent = requests.Where(r => r.Absence is not null).Select(r => r.Key).ToHashSet();
            var filtered = Filter(present.Where(i => !absent.Contains(i.Key)));
            var isComplete = requested is not null && Compare(present, requests, filtered, absences);
            present.RemoveAll(i => filtered.ContainsKey(i.Key));
            var there = present.Select(i => i.Key).ToHashSet();

            // Which near-duplicate is kept depends on all lines before it.
            _isOpen |= !isComplete;
            var mayChange = _isOpen && _filter is { Compares: true };
            await ExportShardAsync(
                number, present, all.FindAll(k => !there.Contains(k)), (isComplete && !mayChange) || _options.IsFinal, cancellationToken);
        }

        if (unseen.Count > 0)
        {
            throw new DatasetException(
                $"{_place.Place} holds shard {unseen.Min()}, of which the manifest has nothing. Is it the manifest of another batch, or a part?");
        }
    }

    private SortedDictionary<ImageKey, RequestedImage> Filter(IEnumerable<DatasetImage> present)
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

    private async Task ExportShardAsync(
        int number, List<DatasetImage> images, List<ImageKey> leftOut, bool seal, CancellationToken cancellationToken)
    {
        var contents = ContentsOf(images);
        var earlier = _ledger.Find(number);
        if (earlier is { Sealed: true } && earlier.Contents != contents)
        {
            throw new DatasetException(
                $"Shard {number} (lines {earlier.FirstLine} to {earlier.LastLine}) is sealed with {earlier.Samples} pictures, and the manifest " +
                $"now has {images.Count} for it, or others. Export into another folder.");
        }

        if (earlier?.Contents == contents && await _ledger.IsThereAsync(earlier, cancellationToken))
        {
            _ledger.Count(images);
            if (seal && !earlier.Sealed)
            {
                // Nothing new, and nothing more to wait for either.
                await _ledger.SealAsync(earlier, cancellationToken);
            }

            return;
        }

        if (images.Count == 0 && earlier is null)
        {
            return;
        }

        _ledger.RequireCurrentVersion();
        await _ledger.EnsureIndexAsync(cancellationToken);
        if (await _build(number, images, leftOut, cancellationToken) is not { } built)
        {
            return;
        }

        var wrong = built.Problems.Select(p => p.Image).ToHashSet();
        var written = images.FindAll(i => !wrong.Contains(i.Key));
        _ledger.Count(written);
        _problems.AddRange(built.Problems);

        // A damaged picture may come out otherwise when it is made again, and with it what later ones resemble.
        _isOpen |= wrong.Count > 0;
        if (written.Count == 0)
        {
            await _ledger.DropAsync(number, built.WasThere, cancellationToken);
            return;
        }

        var shard = new ExportShard
        {
            Number = number,
            FirstLine = ((long)number * _options.LinesPerShard) + 1,
            LastLine = (number + 1L) * _options.LinesPerShard,
            Samples = written.Count,
            Sealed = (seal || earlier is { Sealed: true }) && wrong.Count == 0,
            Contents = ContentsOf(written),
            Files = built.Files,
        };
        await _ledger.AddAsync(shard, built.WasThere, cancellationToken);
    }

    private async Task<ExportResult> FinishAsync(IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        await (_absences?.PublishAsync(cancellationToken) ?? Task.CompletedTask);
        await _ledger.SaveAsync(cancellationToken);
        var result = new ExportResult
        {
            Index = _ledger.Index,
            ShardsWritten = _ledger.ShardsWritten,
            Outstanding = _outstanding,
            Absent = _absent,
            Problems = _problems,
            Statistics = _ledger.Statistics,
        };
        var samples = _options.HasSampleSheet ? await SampleSheet.DrawAsync(_ledger.Sample, artifacts, cancellationToken) : null;
        if (samples is not null)
        {
            await _place.WriteAsync(SampleSheet.FileName, samples, cancellationToken);
        }

        var card = DatasetCard.Render(_options, ShardLayout.Of(_options.Format), result, samples is null ? null : SampleSheet.FileName);
        await _place.WriteAsync(DatasetCard.FileName, card, cancellationToken);
        return result;
    }

    private async Task<StreamWriter> OpenAbsencesAsync(CancellationToken cancellationToken)
    {
        _absences = _place.Stage();
        return new StreamWriter(await _absences.CreateAsync(AbsentFile, cancellationToken)) { NewLine = "\n" };
    }

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
