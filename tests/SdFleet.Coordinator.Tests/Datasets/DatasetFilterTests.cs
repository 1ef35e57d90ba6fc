using System.Globalization;
using System.Numerics;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Audit;
using SdFleet.Coordinator.Datasets.Export;
using SdFleet.Coordinator.Datasets.Filters;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests.Datasets;

public sealed class DatasetFilterTests
{
    private const int Lines = 30;

    // Held against the plain way: every hash with every one that was kept before it.
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(11)]
    public void Judge_ManyHashes_FiltersWhatComparingEachWithEachWould(int most)
    {
        var random = new Random(most);
        var hashes = new List<ulong>();
        for (var i = 0; i < 1500; i++)
        {
            // Some of it is new, some near to what came before, by more bits and by fewer than allowed.
            var hash = i < 10 || random.Next(3) == 0 ? (ulong)random.NextInt64() : hashes[random.Next(i)];
            for (var flips = random.Next(most + 4); flips > 0; flips--)
            {
                hash ^= 1UL << random.Next(64);
            }

            hashes.Add(hash);
        }

        var kept = new List<(ulong Hash, int Line)>();
        var expected = new List<string?>();
        foreach (var (i, hash) in hashes.Index())
        {
            var near = kept.FindIndex(k => BitOperations.PopCount(k.Hash ^ hash) <= most);
            expected.Add(near < 0 ? null : $"near-duplicate of line {kept[near].Line}, index 0: {BitOperations.PopCount(kept[near].Hash ^ hash)} of 64 bits differ");
            if (near < 0)
            {
                kept.Add((hash, i + 1));
            }
        }

        var filter = new DatasetFilter();
        var found = hashes.Select((hash, i) => filter.Judge(Hashed(i + 1, hash, most))?.Detail.Split(',', 3) is { } parts ? $"{parts[0]},{parts[1]}" : null).ToList();

        Assert.Equal(expected, found);
        Assert.InRange(kept.Count, 100, 1400);
    }

    [Fact]
    public void Judge_ARecordThatItsWorkerFiltered_SaysWhyWithTheScore()
    {
        var image = Filtered(Synthetic.Image(1), 0.123);

        Assert.Equal(new FilterFinding(FilterReason.LowClipSimilarity, "CLIP similarity 0.123, less than 0.2"), new DatasetFilter().Judge(image));
        Assert.Null(new DatasetFilter().Judge(Synthetic.Image(1)));
    }

    [Fact]
    public void Judge_APictureOutOfOrderOrTwice_ComparesItWithNothing()
    {
        var filter = new DatasetFilter();

        Assert.Null(filter.Judge(Hashed(2, 5, 3)));
        Assert.Null(filter.Judge(Hashed(2, 5, 3)));
        Assert.Null(filter.Judge(Hashed(1, 5, 3)));
        Assert.Equal(FilterReason.NearDuplicate, filter.Judge(Hashed(3, 5, 3))!.Reason);
    }

    [Fact]
    public async Task Export_OfFilteredPictures_LeavesThemOutAndSaysWhy()
    {
        using var folder = new TempFolder();
        var images = Manifest();

        var result = await ExportAsync(folder, "out", images, Synthetic.Requests(Lines));
        var audit = await ExportAudit.RunAsync(FileTrees.Folder(folder.Of("out")), images.ToAsyncEnumerable(), Synthetic.Requests(Lines).ToAsyncEnumerable(), default);

        Assert.Equal(Lines - 4, result.Index.Samples);
        Assert.Equal([KeyValuePair.Create(Absence.Filtered, 4L)], result.Absent);
        Assert.All(result.Index.Shards, s => Assert.True(s.Sealed));
        var absent = await File.ReadAllLinesAsync(folder.Of("out", "absent.jsonl"));
        Assert.Equal([3, 7, 15, 25], absent.Select(l => int.Parse(l.Split(':', ',')[1], CultureInfo.InvariantCulture)));
        Assert.Contains("\"absence\":\"filtered\",\"detail\":\"CLIP similarity 0.1, less than 0.2\"", absent[0], StringComparison.Ordinal);
        Assert.Contains("near-duplicate of line 5, index 0: 1 of 64 bits", absent[1], StringComparison.Ordinal);
        Assert.Contains("| filtered | 4 |", await File.ReadAllTextAsync(folder.Of("out", "README.md")), StringComparison.Ordinal);
        Assert.True(audit.IsComplete, string.Join('\n', audit.Findings));
        Assert.Equal((Lines, Lines - 4L, 4L), (audit.Requested, audit.Right, audit.Absent[Absence.Filtered]));
    }

    // A picture of a job that was cancelled is not in the dataset; what resembles it may be.
    [Fact]
    public async Task Export_OfAPictureLikeOneThatIsAbsent_HasIt()
    {
        using var folder = new TempFolder();
        var images = Enumerable.Range(1, Lines).Select(line => Hashed(line, line is 2 or 25 ? 7UL : BitOperations.RotateLeft(0x0123_4567_89AB_CDEFUL, line) ^ (ulong)(line * line), most: 3)).ToList();
        var requests = Synthetic.Requests(Lines).Select(r => r.Line == 2 ? r with { Absence = Absence.Cancelled } : r).ToList();

        var result = await ExportAsync(folder, "out", images, requests);
        var audit = await ExportAudit.RunAsync(FileTrees.Folder(folder.Of("out")), images.ToAsyncEnumerable(), requests.ToAsyncEnumerable(), default);

        Assert.Equal(Lines - 1L, result.Index.Samples);
        Assert.Equal([KeyValuePair.Create(Absence.Cancelled, 1L)], result.Absent);
        Assert.True(audit.IsComplete, string.Join('\n', audit.Findings));
        Assert.DoesNotContain("\"line\":25", await File.ReadAllTextAsync(folder.Of("out", "absent.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_WithFiltered_HasThemAllAndRefusesToGoOnWithout()
    {
        using var folder = new TempFolder();
        var images = Manifest();

        var result = await ExportAsync(folder, "out", images, Synthetic.Requests(Lines), includeFiltered: true);
        var audit = await ExportAudit.RunAsync(FileTrees.Folder(folder.Of("out")), images.ToAsyncEnumerable(), Synthetic.Requests(Lines).ToAsyncEnumerable(), default);
        var refused = await Assert.ThrowsAsync<DatasetException>(() => ExportAsync(folder, "out", images, Synthetic.Requests(Lines)));

        Assert.Equal(Lines, result.Index.Samples);
        Assert.Empty(result.Absent);
        Assert.True(audit.IsComplete, string.Join('\n', audit.Findings));
        var row = (await ForeignReader.NodeAsync("parquet", folder.Of("out", "metadata", "shard-000000.parquet")))["rows"]!.AsArray()[2]!;
        Assert.Equal((0.1, "low_clip_similarity"), (row["clip_similarity"]!.GetValue<double>(), row["filtered"]!.GetValue<string>()));
        Assert.Contains("holds an export with the pictures that filters took out", refused.Message, StringComparison.Ordinal);
    }

    // Line 5 is missing at first, so that its near-duplicates of later shards are kept then and are not later.
    [Theory]
    [InlineData(5)]
    [InlineData(12)]
    public async Task Export_InTheOrderInWhichWorkersFinish_EndsAsInOneRun(int late)
    {
        using var folder = new TempFolder();
        var images = Manifest();

        var first = await ExportAsync(folder, "out", [.. images.Where(i => i.Line != late)], Synthetic.Requests(Lines));
        await ExportAsync(folder, "out", images, Synthetic.Requests(Lines));
        await ExportAsync(folder, "once", images, Synthetic.Requests(Lines));

        bool[] early = late == 5 ? [false, false, false] : [true, false, false];
        Assert.Equal(early, first.Index.Shards.Select(s => s.Sealed));
        Assert.Equal(folder.Digests("once"), folder.Digests("out"));
    }

    [Fact]
    public async Task Audit_OfFilteredPictures_CountsThemAndWantsTheirArtifacts()
    {
        using var folder = new TempFolder();
        var images = Manifest();
        var store = Synthetic.Store(folder.Of("store"), images);

        var whole = await AuditAsync(images, store);
        File.Delete(folder.Of("store", images[2].ArtifactName));
        var damaged = await AuditAsync(images, store);

        Assert.True(whole.IsComplete, string.Join('\n', whole.Findings));
        Assert.Equal((Lines, Lines - 4L, 4L), (whole.Requested, whole.Right, whole.Absent[Absence.Filtered]));
        Assert.Equal(AuditFault.MissingArtifact, Assert.Single(damaged.Findings).Fault);
        Assert.Equal([new ImageKey(3, 0)], damaged.ToRepair);
    }

    [Fact]
    public async Task Audit_AnotherDrawOfAPictureThatMayBeDrawnAgain_IsNoExtraArtifact()
    {
        using var folder = new TempFolder();
        var image = Filtered(Synthetic.Image(1), 0.1);
        var store = Synthetic.Store(folder.Of("store"), [image, Synthetic.Image(2)]);
        var other = image.ArtifactName.Replace(".png", "-r1.png", StringComparison.Ordinal);
        var stray = Synthetic.Image(2).ArtifactName.Replace(".png", "-r1.png", StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.Of("store", other), "left by an attempt that died");
        await File.WriteAllTextAsync(folder.Of("store", stray), "nobody's");

        var report = await AuditAsync([image, Synthetic.Image(2)], store, lines: 2);

        Assert.Equal((AuditFault.ExtraArtifact, stray), (Assert.Single(report.Findings).Fault, report.Findings[0].Detail));
    }

    private static Task<AuditReport> AuditAsync(IReadOnlyList<DatasetImage> images, IArtifactStore store, int lines = Lines) => DatasetAudit.RunAsync(
        images.ToAsyncEnumerable(),
        Synthetic.Requests(lines).ToAsyncEnumerable(),
        store,
        new DatasetAuditOptions { OwnPrefixes = [Synthetic.Folder + "/"] },
        default);

    // Line 3 does not fit its prompt; 7, 15 and 25 look like 5, the others like nothing.
    private static List<DatasetImage> Manifest() =>
    [
        .. Synthetic.Images(Lines).Select(image => image.Line switch
        {
            3 => Filtered(image, 0.1),
            5 => Hashed(image, 0xFFFF_0000_FFFF_0000, 3),
            7 or 15 => Hashed(image, 0xFFFF_0000_FFFF_0001, 3),
            25 => Hashed(image, 0xFFFF_0000_FFFF_0011, 3),
            var line => Hashed(image, BitOperations.RotateLeft(0x0123_4567_89AB_CDEFUL, (int)line) ^ (ulong)(line * line), 3),
        }),
    ];

    private static DatasetImage Hashed(int line, ulong hash, int most) => Hashed(Synthetic.Image(line), hash, most);

    private static DatasetImage Hashed(DatasetImage image, ulong hash, int most) => image with
    {
        Record = image.Record with
        {
            Recipe = image.Record.Recipe with { Filters = new ImageFilters { DuplicateDistance = most } },
            Image = image.Record.Image with { Scores = new ImageScores { PerceptualHash = hash.ToString("x16", CultureInfo.InvariantCulture) } },
        },
    };

    private static DatasetImage Filtered(DatasetImage image, double similarity) => image with
    {
        Record = image.Record with
        {
            Recipe = image.Record.Recipe with { Filters = new ImageFilters { MinClipSimilarity = 0.2, Redraws = 2 } },
            Image = image.Record.Image with { Scores = new ImageScores { ClipSimilarity = similarity }, Filtered = FilterReason.LowClipSimilarity },
        },
    };

    private static Task<ExportResult> ExportAsync(
        TempFolder folder, string name, IReadOnlyList<DatasetImage> images, IEnumerable<RequestedImage> requested, bool includeFiltered = false) =>
        DatasetExport.RunAsync(
            new DatasetExportOptions { Place = FileTrees.Folder(folder.Of(name)), Format = DatasetFormat.WebDataset, LinesPerShard = 10, IncludesFiltered = includeFiltered },
            images.ToAsyncEnumerable(),
            requested.ToAsyncEnumerable(),
            Synthetic.Store(folder.Of("store"), images),
            default);
}
