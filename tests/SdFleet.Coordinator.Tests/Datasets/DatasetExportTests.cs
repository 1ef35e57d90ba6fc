using System.Text.Json.Nodes;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Audit;
using SdFleet.Coordinator.Datasets.Export;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests.Datasets;

public sealed class DatasetExportTests
{
    public static TheoryData<DatasetFormat> Formats => [.. Enum.GetValues<DatasetFormat>()];

    [Fact]
    public async Task WebDataset_ReadByTar_HoldsEverySampleInOrder()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(25).ToList();

        var result = await ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(25));

        Assert.Equal([10, 10, 5], result.Index.Shards.Select(s => s.Samples));
        Assert.All(result.Index.Shards, s => Assert.True(s.Sealed));
        var listing = await ForeignReader.RunAsync(folder.Of("out"), "tar", "--list", "--verbose", "--numeric-owner", "--file", "shard-000002.tar");
        var lines = listing.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            images.Skip(20).SelectMany(i => new[] { ".png", ".txt", ".json" }.Select(end => i.Key.FileStem + end)),
            lines.Select(l => l.Split(' ')[^1]));
        Assert.All(lines, l => Assert.Matches("^-rw-r--r-- 0/0 +[0-9]+ 1970-01-01 00:00 ", l));

        Directory.CreateDirectory(folder.Of("unpacked"));
        await ForeignReader.RunAsync(folder.Of("out"), "tar", "--extract", "--file", "shard-000002.tar", "--directory", folder.Of("unpacked"));
        foreach (var image in images.Skip(20))
        {
            var path = folder.Of("unpacked", image.Key.FileStem);
            Assert.Equal(Synthetic.Picture(image.Line), await File.ReadAllBytesAsync(path + ".png"));
            Assert.Equal(image.Record.Recipe.Prompt, await File.ReadAllTextAsync(path + ".txt"));
            var record = await ForeignReader.NodeAsync("json", path + ".json");

            // Where the first samples have 7, a loader would make 3 of 3.5.
            Assert.Contains(image.Line % 4 == 0 ? "\"guidanceScale\":7.0" : "\"guidanceScale\":3.5", await File.ReadAllTextAsync(path + ".json"), StringComparison.Ordinal);
            Assert.Equal(image.Line, record["line"]!.GetValue<long>());
            Assert.Equal(image.Record.Recipe.Prompt, record["recipe"]!["prompt"]!.GetValue<string>());
            Assert.Equal(image.Record.Image.Sha256, record["image"]!["sha256"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task WebDataset_LongerThanAFileMayBe_IsCutIntoSeveralInOrder()
    {
        const long Most = 1_000_000;
        using var folder = new TempFolder();

        // One of them is longer than a file by itself.
        var images = Enumerable.Range(1, 12).Select(line => Synthetic.Large(line, line == 5 ? 1_300_000 : 300_000)).ToList();
        var store = ArtifactStores.Open(new ArtifactStoreOptions { Path = folder.Of("store") });
        await store.PrepareAsync(default);
        foreach (var (image, picture) in images)
        {
            await store.PutAsync(image.ArtifactName, picture, "image/png", image.Record.Image.Sha256, null, default);
        }

        var options = new DatasetExportOptions { Place = FileTrees.Folder(folder.Of("out")), Format = DatasetFormat.WebDataset, LinesPerShard = 10, ShardBytes = Most };
        IAsyncEnumerable<DatasetImage> Manifest() => images.Select(i => i.Image).ToAsyncEnumerable();
        var result = await DatasetExport.RunAsync(options, Manifest(), Synthetic.Requests(12).ToAsyncEnumerable(), store, default);
        var again = await DatasetExport.RunAsync(options, Manifest(), Synthetic.Requests(12).ToAsyncEnumerable(), store, default);
        var audit = await ExportAudit.RunAsync(FileTrees.Folder(folder.Of("out")), Manifest(), Synthetic.Requests(12).ToAsyncEnumerable(), default);

        string[] names = ["shard-000000.tar", "shard-000000_001.tar", "shard-000000_002.tar", "shard-000000_003.tar", "shard-000000_004.tar", "shard-000001.tar"];
        Assert.Equal(names, result.Index.Shards.SelectMany(s => s.Files).Select(f => f.Path).Where(p => p.EndsWith(".tar", StringComparison.Ordinal)));
        Assert.Equal(names, names.Order(StringComparer.Ordinal));
        var stems = new List<string>();
        foreach (var name in names)
        {
            var listing = await ForeignReader.RunAsync(folder.Of("out"), "tar", "--list", "--file", name);
            stems.AddRange(listing.Split('\n').Where(l => l.EndsWith(".png", StringComparison.Ordinal)).Select(l => l[..^4]));
            Assert.Equal(name == "shard-000000_002.tar", new FileInfo(folder.Of("out", name)).Length > Most);
        }

        Assert.Equal(images.Select(i => i.Image.Key.FileStem), stems);
        Assert.True(audit.IsComplete, string.Join('\n', audit.Findings));
        Assert.Equal(0, again.ShardsWritten);
        var refused = await Assert.ThrowsAsync<DatasetException>(
            () => DatasetExport.RunAsync(options with { ShardBytes = 2 * Most }, Manifest(), null, store, default));
        Assert.Contains("files of at most 1000000 bytes, not 2000000", refused.Message, StringComparison.Ordinal);
    }

    // Readers take them in the order of their names; and the next shard comes after all of them.
    [Fact]
    public void WebDataset_FilesOfAShard_AreInOrderByNameHoweverMany()
    {
        string[] names = [.. Enumerable.Range(0, 12_000).Select(part => WebDatasetLayout.TarName(7, part)), WebDatasetLayout.TarName(8, 0)];

        Assert.Equal(names, names.Order(StringComparer.Ordinal));
        Assert.Equal(("shard-000007_999.tar", "shard-000007_999_001000.tar"), (names[999], names[1000]));
    }

    [Fact]
    public async Task Checksums_AreThoseOfSha256Sum()
    {
        using var folder = new TempFolder();
        await ExportAsync(folder, DatasetFormat.WebDataset, Synthetic.Images(25), Synthetic.Requests(25));

        var checkedFiles = await ForeignReader.RunAsync(folder.Of("out"), "sha256sum", "--check", "--strict", "SHA256SUMS");

        Assert.Equal(6, checkedFiles.Split('\n').Count(l => l.EndsWith(": OK", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ImageFolder_ByTheLoadersRules_GivesEveryRow()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(25).ToList();

        await ExportAsync(folder, DatasetFormat.ImageFolder, images, Synthetic.Requests(25));

        var read = await ForeignReader.NodeAsync("imagefolder", folder.Of("out"));
        Assert.Empty(read["errors"]!.AsArray());
        var rows = read["splits"]!["train"]!.AsArray();
        Assert.Equal(images.Select(i => i.Record.Recipe.Prompt), rows.Select(r => r!["text"]!.GetValue<string>()));
        Assert.Equal(images.Select(i => i.Record.Image.Sha256), rows.Select(r => r!["digest"]!.GetValue<string>()));
        Assert.Equal(images.Select(i => i.Record.Recipe.GuidanceScale), rows.Select(r => r!["guidance_scale"]!.GetValue<double>()));
        Assert.Equal(images.Select(i => i.Record.Image.Seed), rows.Select(r => r!["seed"]!.GetValue<long>()));
    }

    [Fact]
    public async Task DiffusionDb_IsLaidOutInParts()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(25).ToList();

        await ExportAsync(folder, DatasetFormat.DiffusionDb, images, Synthetic.Requests(25));

        var part = (await ForeignReader.NodeAsync("json", folder.Of("out", "part-000003", "part-000003.json"))).AsObject();
        Assert.Equal(images.Skip(20).Select(i => i.Key.FileStem + ".png"), part.Select(p => p.Key));
        foreach (var image in images.Skip(20))
        {
            var (recipe, entry) = (image.Record.Recipe, part[image.Key.FileStem + ".png"]!);
            Assert.Equal(recipe.Prompt, entry["p"]!.GetValue<string>());
            Assert.Equal(image.Record.Image.Seed, entry["se"]!.GetValue<long>());
            Assert.Equal(recipe.GuidanceScale, entry["c"]!.GetValue<double>());
            Assert.Equal(recipe.Steps, entry["st"]!.GetValue<int>());
            Assert.Equal(recipe.Scheduler, entry["sa"]!.GetValue<string>());
            Assert.Equal(Synthetic.Picture(image.Line), await File.ReadAllBytesAsync(folder.Of("out", "part-000003", image.Key.FileStem + ".png")));
        }

        var rows = (await ForeignReader.NodeAsync("parquet", folder.Of("out", "metadata", "part-000003.parquet")))["rows"]!.AsArray();
        Assert.Equal(part.Select(p => p.Key), rows.Select(r => r!["image_name"]!.GetValue<string>()));
        Assert.All(rows, r => Assert.Equal(3, r!["part_id"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Parquet_ReadByHyparquet_GivesEveryField()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(25).ToList();

        await ExportAsync(folder, DatasetFormat.Parquet, images, Synthetic.Requests(25));

        var rows = (await ForeignReader.NodeAsync("parquet", folder.Of("out", "data", "train-000002.parquet")))["rows"]!.AsArray();
        Assert.Equal(5, rows.Count);
        foreach (var (image, row) in images.Skip(20).Zip(rows))
        {
            Assert.Equal(image.Line, row!["line"]!.GetValue<long>());
            Assert.Equal(image.Record.Recipe.Prompt, row["prompt"]!.GetValue<string>());
            Assert.Equal(image.Record.Recipe.GuidanceScale, row["guidance_scale"]!.GetValue<double>());
            Assert.True(row["is_guided"]!.GetValue<bool>());
            Assert.Equal(image.Record.Image.Sha256, row["sha256"]!.GetValue<string>());
            Assert.Equal(image.Record.Image.TraceId, row["trace_id"]?.GetValue<string>());
            Assert.Equal(image.Record.Image.Timings.GpuSeconds, row["gpu_seconds"]!.GetValue<double>());
            Assert.Equal(image.Record.Image.CreatedAt.ToUnixTimeMilliseconds(), DateTimeOffset.Parse(row["created_at"]!.GetValue<string>()).ToUnixTimeMilliseconds());
        }
    }

    [Theory]
    [InlineData(DatasetFormat.WebDataset, "metadata/shard-000000.parquet")]
    [InlineData(DatasetFormat.Parquet, "data/train-000000.parquet")]
    [InlineData(DatasetFormat.DiffusionDb, "metadata/part-000001.parquet")]
    public async Task SchedulerSettings_AreAColumnOfEveryTable(DatasetFormat format, string table)
    {
        using var folder = new TempFolder();

        await ExportAsync(folder, format, WithSettings(12), Synthetic.Requests(12));

        var rows = (await ForeignReader.NodeAsync("parquet", folder.Of("out", table)))["rows"]!.AsArray();
        Assert.Equal(
            Enumerable.Range(1, 10).Select(line => line < 3 ? null : """{"useKarrasSigmas":true,"timestepSpacing":"trailing","eta":0.5}"""),
            rows.Select(r => r!["scheduler_settings"]?.GetValue<string>()));
        Assert.Contains(
            "\n| scheduler settings | eta (10), timestepSpacing=trailing (10), useKarrasSigmas=true (10) |\n",
            await File.ReadAllTextAsync(folder.Of("out", "README.md")),
            StringComparison.Ordinal);
        if (format == DatasetFormat.DiffusionDb)
        {
            var part = (await ForeignReader.NodeAsync("json", folder.Of("out", "part-000001", "part-000001.json"))).AsObject();
            Assert.Equal(rows.Select(r => r!["scheduler_settings"]?.GetValue<string>()), part.Select(p => p.Value!["scheduler_settings"]?.GetValue<string>()));
        }
    }

    // A loader takes a field's type from the first rows, and of null it would make none.
    [Fact]
    public async Task SchedulerSettings_InAnImageFolder_AreTextInEveryRow()
    {
        using var folder = new TempFolder();

        await ExportAsync(folder, DatasetFormat.ImageFolder, WithSettings(12), Synthetic.Requests(12));

        var read = await ForeignReader.NodeAsync("imagefolder", folder.Of("out"));
        Assert.Empty(read["errors"]!.AsArray());
        var settings = read["splits"]!["train"]!.AsArray().Select(r => JsonNode.Parse(r!["scheduler_settings"]!.GetValue<string>())!.AsObject()).ToList();
        Assert.Equal([0, 0, 3], settings.Take(3).Select(s => s.Count));
        Assert.Equal("trailing", settings[^1]["timestepSpacing"]!.GetValue<string>());
    }

    // Its tables have a column less, and loaders want the same ones in every shard.
    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Run_IntoAnExportOfTheVersionBefore_ReadsItAndAddsNothing(DatasetFormat format)
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(25).ToList();
        await ExportAsync(folder, format, images.Take(13), Synthetic.Requests(25));
        var index = await File.ReadAllTextAsync(folder.Of("out", "index.json"));
        Assert.Contains("\n  \"version\": 2,\n", index, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.Of("out", "index.json"), index.Replace("  \"version\": 2,\n", "", StringComparison.Ordinal));

        var again = await ExportAsync(folder, format, images.Take(13), Synthetic.Requests(25));
        var before = folder.Digests("out");
        var refused = await Assert.ThrowsAsync<DatasetException>(() => ExportAsync(folder, format, images, Synthetic.Requests(25)));
        var audit = await ExportAudit.RunAsync(FileTrees.Folder(folder.Of("out")), images.Take(13).ToAsyncEnumerable(), requested: null, default);

        Assert.Equal((0, 13, 1), (again.ShardsWritten, again.Index.Samples, again.Index.Version));
        Assert.Contains("another version of SdFleet began, whose tables have other columns (\"version\" 1 in index.json, not 2)", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, folder.Digests("out"));
        Assert.True(audit.IsComplete, string.Join('\n', audit.Findings));
    }

    // Left by a plan: nothing in it has other columns.
    [Fact]
    public async Task Run_IntoAnExportOfTheVersionBeforeWithoutShards_MakesItOneOfThis()
    {
        using var folder = new TempFolder();
        await new ExportIndex { Format = DatasetFormat.WebDataset, LinesPerShard = 10, Shards = [] }.SaveAsync(
            await PreparedAsync(folder.Of("out")), default);

        var result = await ExportAsync(folder, DatasetFormat.WebDataset, Synthetic.Images(25), Synthetic.Requests(25));
        await ExportAsync(folder, DatasetFormat.WebDataset, Synthetic.Images(25), Synthetic.Requests(25), name: "once");

        Assert.Equal((3, ExportIndex.CurrentVersion), (result.ShardsWritten, result.Index.Version));
        Assert.Equal(folder.Digests("once"), folder.Digests("out"));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Run_InOneGoAndInThree_GivesTheSameBytes(DatasetFormat format)
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(25).ToList();

        await ExportAsync(folder, format, images, Synthetic.Requests(25), name: "once");
        foreach (var count in new[] { 4, 17, 25 })
        {
            await ExportAsync(folder, format, images.Take(count), Synthetic.Requests(25), name: "thrice");
        }

        var once = folder.Digests("once");
        Assert.Contains("README.md", once.Keys);
        Assert.Equal(once, folder.Digests("thrice"));
    }

    [Fact]
    public async Task Run_AfterOnesThatWereStopped_GoesOnAndGivesTheSameBytes()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(25).ToList();
        await ExportAsync(folder, DatasetFormat.ImageFolder, images, Synthetic.Requests(25), name: "once");
        var options = new DatasetExportOptions { Place = FileTrees.Folder(folder.Of("stopped")), Format = DatasetFormat.ImageFolder, LinesPerShard = 10 };
        var store = Synthetic.Store(folder.Of("store"), images);

        // Before the first shard, and after it.
        foreach (var count in new[] { 5, 14 })
        {
            var stopped = images.Take(count).Concat(Enumerable.Range(0, 1).Select<int, DatasetImage>(_ => throw new IOException("the connection is gone")));
            await Assert.ThrowsAsync<IOException>(() => DatasetExport.RunAsync(
                options, stopped.ToAsyncEnumerable(), Synthetic.Requests(25).ToAsyncEnumerable(), store, CancellationToken.None));
        }

        Assert.Equal(10, (await ExportIndex.LoadAsync(options.Place, default))!.Samples);
        var result = await ExportAsync(folder, DatasetFormat.ImageFolder, images, Synthetic.Requests(25), name: "stopped");

        Assert.Equal(2, result.ShardsWritten);
        Assert.Equal(folder.Digests("once"), folder.Digests("stopped"));
    }

    [Fact]
    public async Task Run_Again_WritesOnlyWhatIsNotSealed()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(25).ToList();
        var first = await ExportAsync(folder, DatasetFormat.WebDataset, images.Take(13), Synthetic.Requests(25));
        var sealedShard = folder.Of("out", "shard-000000.tar");
        File.SetLastWriteTimeUtc(sealedShard, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var second = await ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(25));
        var third = await ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(25));

        Assert.Equal([true, false], first.Index.Shards.Select(s => s.Sealed));
        Assert.Equal((2, 12), (first.ShardsWritten, first.Outstanding));
        Assert.Equal([true, true, true], second.Index.Shards.Select(s => s.Sealed));
        Assert.Equal((2, 0), (second.ShardsWritten, second.Outstanding));
        Assert.Equal(0, third.ShardsWritten);
        Assert.Equal(2001, File.GetLastWriteTimeUtc(sealedShard).Year);
    }

    [Fact]
    public async Task Run_WithReasonsForWhatIsAbsent_SealsAndListsThem()
    {
        using var folder = new TempFolder();
        var requests = Synthetic.Requests(10).Select(r => r.Line switch
        {
            3 => r with { Absence = Absence.Failed, Detail = "out of memory" },
            5 => r with { Absence = Absence.Filtered },
            _ => r,
        });

        var result = await ExportAsync(folder, DatasetFormat.WebDataset, Synthetic.Images(10).Where(i => i.Line != 3), requests);

        Assert.Equal(8, result.Index.Samples);
        Assert.True(result.Index.Shards.Single().Sealed);
        Assert.Equal(
            ["{\"line\":3,\"index\":0,\"jobId\":\"" + Synthetic.Job(3) + "\",\"absence\":\"failed\",\"detail\":\"out of memory\"}",
             "{\"line\":5,\"index\":0,\"jobId\":\"" + Synthetic.Job(5) + "\",\"absence\":\"filtered\"}"],
            await File.ReadAllLinesAsync(folder.Of("out", "absent.jsonl")));
        Assert.Contains("| failed | 1 |", await File.ReadAllTextAsync(folder.Of("out", "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Final_SealsWithGaps_AndRefusesWhatComesLater()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(10).ToList();

        var result = await ExportAsync(folder, DatasetFormat.WebDataset, images.Where(i => i.Line != 4), Synthetic.Requests(10), isFinal: true);

        Assert.True(result.Index.Shards.Single().Sealed);
        Assert.Equal(1, result.Outstanding);
        var refusal = await Assert.ThrowsAsync<DatasetException>(
            () => ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(10)));
        Assert.Contains("Shard 0 (lines 1 to 10) is sealed with 9 pictures", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithoutARequestedList_SealsOnlyWhenFinal()
    {
        using var folder = new TempFolder();

        var open = await ExportAsync(folder, DatasetFormat.WebDataset, Synthetic.Images(10), requested: null);
        var final = await ExportAsync(folder, DatasetFormat.WebDataset, Synthetic.Images(10), requested: null, isFinal: true);

        Assert.False(open.Index.Shards.Single().Sealed);
        Assert.True(final.Index.Shards.Single().Sealed);
        Assert.Equal(0, final.ShardsWritten);
    }

    [Fact]
    public async Task Run_WithADamagedArtifact_LeavesItOutAndDoesNotSeal()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(10).ToList();
        var store = Synthetic.Store(folder.Of("store"), images);
        await File.WriteAllTextAsync(folder.Of("store", images[3].ArtifactName), "something else");

        var damaged = await ExportAsync(folder, DatasetFormat.ImageFolder, images, Synthetic.Requests(10), isFinal: true, store: store);
        var mended = await ExportAsync(folder, DatasetFormat.ImageFolder, images, Synthetic.Requests(10));

        Assert.Equal(new ImageKey(4, 0), Assert.Single(damaged.Problems).Image);
        Assert.Equal((9, false), (damaged.Index.Shards[0].Samples, damaged.Index.Shards[0].Sealed));
        Assert.Equal(9, damaged.Statistics.Count);
        Assert.Empty(mended.Problems);
        Assert.Equal((10, true), (mended.Index.Shards[0].Samples, mended.Index.Shards[0].Sealed));
    }

    [Fact]
    public async Task Run_WhenAPictureIsFilteredLater_TakesItOutOfTheFolder()
    {
        using var folder = new TempFolder();
        await ExportAsync(folder, DatasetFormat.ImageFolder, Synthetic.Images(5), Synthetic.Requests(10));

        await ExportAsync(
            folder,
            DatasetFormat.ImageFolder,
            Synthetic.Images(5),
            Synthetic.Requests(10).Select(r => r.Line == 2 ? r with { Absence = Absence.Filtered } : r));

        Assert.Equal(
            ["000000001-00.png", "000000003-00.png", "000000004-00.png", "000000005-00.png", "metadata.jsonl"],
            Directory.GetFiles(folder.Of("out", "train", "000000")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    // A loader fails at a list without rows, and takes a picture that nobody lists for a part of the set.
    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Run_WhenNothingIsLeftOfAShard_TakesItsFilesAway(DatasetFormat format)
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(12).ToList();
        var requests = Synthetic.Requests(13).Select(r => r.Line > 10 ? r with { Absence = Absence.Cancelled } : r).ToList();
        var first = await ExportAsync(folder, format, images, Synthetic.Requests(13));
        if (format == DatasetFormat.WebDataset)
        {
            // One that was killed when it had written more.
            File.Copy(folder.Of("out", "shard-000001.tar"), folder.Of("out", "shard-000001_001.tar"));
        }

        var second = await ExportAsync(folder, format, images, requests);
        await ExportAsync(folder, format, images, requests, name: "once");

        Assert.Equal([10, 2], first.Index.Shards.Select(s => s.Samples));
        Assert.Equal([10], second.Index.Shards.Select(s => s.Samples));
        Assert.Equal(folder.Digests("once"), folder.Digests("out"));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Run_WithNothingButDamageInAShard_WritesNoneOfIt(DatasetFormat format)
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(11).ToList();
        var store = Synthetic.Store(folder.Of("store"), images.Take(10));

        var damaged = await ExportAsync(folder, format, images, Synthetic.Requests(11), store: store);
        await ExportAsync(folder, format, images.Take(10), Synthetic.Requests(11), name: "without", store: store);
        var files = (Damaged: folder.Digests("out").Keys.ToList(), Without: folder.Digests("without").Keys.ToList());
        var mended = await ExportAsync(folder, format, images, Synthetic.Requests(11));

        Assert.Equal(new ImageKey(11, 0), Assert.Single(damaged.Problems).Image);
        Assert.Equal([10], damaged.Index.Shards.Select(s => s.Samples));
        Assert.Equal(files.Without, files.Damaged);
        Assert.Equal([10, 1], mended.Index.Shards.Select(s => s.Samples));
    }

    [Theory]
    [InlineData(3, 2, "line 2, index 0 after line 3, index 0")]
    [InlineData(3, 3, "line 3, index 0 twice")]
    public async Task Run_WithAManifestOutOfOrder_SaysWhere(long first, long second, string expected)
    {
        using var folder = new TempFolder();

        var error = await Assert.ThrowsAsync<DatasetException>(() => ExportAsync(
            folder, DatasetFormat.WebDataset, [Synthetic.Image(first), Synthetic.Image(second)], requested: null));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_IntoAFolderOfSomethingElse_Refuses()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Of("out"));
        await File.WriteAllTextAsync(folder.Of("out", "thesis.txt"), "mine");
        var foreign = await Assert.ThrowsAsync<DatasetException>(() => ExportAsync(folder, DatasetFormat.WebDataset, Synthetic.Images(1), null));

        await ExportAsync(folder, DatasetFormat.WebDataset, Synthetic.Images(1), null, name: "other");
        var otherFormat = await Assert.ThrowsAsync<DatasetException>(
            () => ExportAsync(folder, DatasetFormat.Parquet, Synthetic.Images(1), null, name: "other"));

        Assert.Contains("holds files, but no export", foreign.Message, StringComparison.Ordinal);
        Assert.Contains("as WebDataset with 10 lines a shard, not as Parquet", otherFormat.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Card_SaysWhatTheDatasetIs()
    {
        using var folder = new TempFolder();

        await ExportAsync(folder, DatasetFormat.WebDataset, Synthetic.Images(25), Synthetic.Requests(25), license: "cc0-1.0");

        var card = await File.ReadAllTextAsync(folder.Of("out", "README.md"));
        Assert.StartsWith("---\nlicense: \"cc0-1.0\"\n", card, StringComparison.Ordinal);
        Assert.Contains("\n    data_files:\n      - split: train\n        path: \"shard-*.tar\"\n---\n", card, StringComparison.Ordinal);
        Assert.Contains("| pictures | 25 |", card, StringComparison.Ordinal);
        Assert.Contains($"| model | `shapes`, SHA-256 `{new string('d', 64)}` (25) |", card, StringComparison.Ordinal);
        Assert.Contains("| steps | 11 (9), 10 (8), 12 (8) |", card, StringComparison.Ordinal);
        Assert.Contains("| guidance scale | 3.5 to 7 |", card, StringComparison.Ordinal);
    }

    // YAML has no surrogates: as JSON writes what lies beyond 16 bits, a reader of the card finds two halves and can save neither.
    [Fact]
    public async Task Card_WithANameOfAnyCharacters_IsYaml()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(1).ToList();

        await DatasetExport.RunAsync(
            new DatasetExportOptions { Place = FileTrees.Folder(folder.Of("out")), Format = DatasetFormat.WebDataset, Name = "a: \"b\" \\ é \U0001F534" },
            images.ToAsyncEnumerable(),
            requested: null,
            Synthetic.Store(folder.Of("store"), images),
            default);

        var card = await File.ReadAllTextAsync(folder.Of("out", "README.md"));
        Assert.Contains("\npretty_name: \"a: \\u0022b\\u0022 \\\\ \\u00E9 \\U0001F534\"\n", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WhileAnotherIsAtWork_RefusesTheFolder()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(12).ToList();
        var store = Synthetic.Store(folder.Of("store"), images);
        DatasetException? refusal = null;

        // The first one is between its shards.
        async IAsyncEnumerable<DatasetImage> Interrupted()
        {
            foreach (var image in images)
            {
                if (image.Line == 12)
                {
                    refusal = await Assert.ThrowsAsync<DatasetException>(
                        () => ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(12), store: store));
                }

                yield return image;
            }
        }

        await DatasetExport.RunAsync(
            new DatasetExportOptions { Place = FileTrees.Folder(folder.Of("out")), Format = DatasetFormat.WebDataset, LinesPerShard = 10 },
            Interrupted(),
            Synthetic.Requests(12).ToAsyncEnumerable(),
            store,
            CancellationToken.None);
        await ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(12), name: "alone");

        Assert.Contains($"Another export is at work in {folder.Of("out")}.", refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(folder.Digests("alone"), folder.Digests("out"));
    }

    [Fact]
    public async Task Run_AfterOneThatWasKilled_TakesItsLockFileForNothing()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Of("out"));
        await File.WriteAllTextAsync(folder.Of("out", "export.lock"), "");

        await ExportAsync(folder, DatasetFormat.WebDataset, Synthetic.Images(1), Synthetic.Requests(1));

        Assert.False(File.Exists(folder.Of("out", "export.lock")));
    }

    [Fact]
    public async Task Run_AfterOneThatStoppedWhileItPublishedTheFirstShard_GoesOn()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(5).ToList();
        var inTheWay = folder.Of("out", "metadata");

        // The tar goes to its place, and the table does not.
        var stopped = images.Select(i =>
        {
            File.WriteAllText(inTheWay, "");
            return i;
        });
        await Assert.ThrowsAsync<ArtifactStoreException>(() => ExportAsync(
            folder, DatasetFormat.WebDataset, stopped, Synthetic.Requests(5), store: Synthetic.Store(folder.Of("store"), images)));
        File.Delete(inTheWay);
        Assert.True(File.Exists(folder.Of("out", "shard-000000.tar")));

        var result = await ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(5));
        await ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(5), name: "once");

        Assert.Equal(1, result.ShardsWritten);
        Assert.Equal(folder.Digests("once"), folder.Digests("out"));
    }

    // Killed after it had written the longer shard, and before its index said so; then a picture of it was lost.
    [Fact]
    public async Task Run_AfterOneThatLeftMoreFilesOfAShard_TakesThemAway()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(30).ToList();
        await ExportAsync(folder, DatasetFormat.WebDataset, images.Take(5), Synthetic.Requests(30));
        foreach (var left in new[] { "shard-000000_001.tar", "shard-000000_002.tar", "shard-000001_001.tar" })
        {
            File.Copy(folder.Of("out", "shard-000000.tar"), folder.Of("out", left));
        }

        File.Copy(folder.Of("out", "shard-000000.tar"), folder.Of("out", "shard-000001.tar"));
        await ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(30));
        await ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(30), name: "once");

        Assert.Equal(folder.Digests("once"), folder.Digests("out"));
    }

    [Fact]
    public async Task Run_WhenFilesOfSealedShardsAreLostOrCutOff_WritesThoseAgain()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(30).ToList();
        await ExportAsync(folder, DatasetFormat.WebDataset, images, Synthetic.Requests(30));
        var whole = folder.Digests("out");
        await File.WriteAllTextAsync(folder.Of("out", "shard-000000.tar"), "");
        File.Delete(folder.Of("out", "metadata", "shard-000002.parquet"));

        // Of what was asked for, nobody says anything now: sealed they stay.
        var again = await ExportAsync(folder, DatasetFormat.WebDataset, images, requested: null);

        Assert.Equal(2, again.ShardsWritten);
        Assert.All(again.Index.Shards, s => Assert.True(s.Sealed));
        Assert.All(
            whole.Where(f => f.Key.Contains("shard-", StringComparison.Ordinal)), f => Assert.Equal(f.Value, folder.Digests("out")[f.Key]));
    }

    [Fact]
    public async Task Run_WhenAnUnreadLineHasFinishedWithSeveralPictures_TakesThem()
    {
        using var folder = new TempFolder();
        DatasetImage[] images = [Synthetic.Image(1), Synthetic.Image(2, 0), Synthetic.Image(2, 1), Synthetic.Image(2, 2)];
        RequestedImage[] requests = [new(1, 0), new(2, 0) { IsUnread = true }, new(3, 0), new(4, 0) { IsUnread = true }];

        var result = await ExportAsync(folder, DatasetFormat.WebDataset, images, requests);

        Assert.Equal((4, 2), (result.Index.Samples, result.Outstanding));
        Assert.False(result.Index.Shards.Single().Sealed);
    }

    // As in the last step of a fleet's export: to save it after each of many shards takes the square of their number.
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 42)]
    public async Task Index_IsSavedAfterEachShardThatWasBuiltHere_NotAfterThoseThatWereThere(bool wasThere, int expected)
    {
        using var folder = new TempFolder();
        var place = new CountingTree(FileTrees.Folder(folder.Of("out")));

        var result = await DatasetExport.RunAsync(
            new DatasetExportOptions { Place = place, Format = DatasetFormat.WebDataset, LinesPerShard = 1, Clock = new StoppedClock() },
            Synthetic.Images(40).ToAsyncEnumerable(),
            Synthetic.Requests(40).ToAsyncEnumerable(),
            ArtifactStores.Open(new ArtifactStoreOptions { Path = folder.Of("artifacts") }),
            (_, _, _, _) => Task.FromResult<BuiltShard?>(new BuiltShard([], []) { WasThere = wasThere }),
            default);

        Assert.Equal(40, result.ShardsWritten);
        Assert.Equal((expected, expected), (place.Writes[ExportIndex.FileName], place.Writes[ExportIndex.ChecksumsFileName]));
        Assert.Equal(40, (await ExportIndex.LoadAsync(place, default))!.Shards.Count);
    }

    [Fact]
    public async Task Run_OfAnotherBatch_IsRefusedAndTouchesNothing()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(25).ToList();
        var store = Synthetic.Store(folder.Of("store"), images);
        var (mine, theirs) = (Guid.NewGuid(), Guid.NewGuid());
        Task<ExportResult> RunAsync(Guid? batch, int count) => DatasetExport.RunAsync(
            new DatasetExportOptions { Place = FileTrees.Folder(folder.Of("out")), Batch = batch, Format = DatasetFormat.WebDataset, LinesPerShard = 10 },
            images.Take(count).ToAsyncEnumerable(),
            Synthetic.Requests(25).ToAsyncEnumerable(),
            store,
            default);

        // As a version before wrote it; then it is that batch's which goes on with it.
        Assert.Null((await RunAsync(null, 13)).Index.Batch);
        Assert.Equal(mine, (await RunAsync(mine, 14)).Index.Batch);
        var before = folder.Digests("out");
        var begun = folder.Of("out", ".partial", "shard");
        Directory.CreateDirectory(Path.GetDirectoryName(begun)!);
        await File.WriteAllTextAsync(begun, "somebody is at it");

        var refused = await Assert.ThrowsAsync<DatasetException>(() => RunAsync(theirs, 20));

        Assert.Contains($"holds an export of batch {mine}, and this is batch {theirs}", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(begun));
        File.Delete(begun);
        Assert.Equal(before, folder.Digests("out"));
        Assert.Equal(mine, (await RunAsync(null, 25)).Index.Batch);
    }

    // A store that compares what it reads says at the end of the bytes that they are damaged.
    [Fact]
    public async Task Run_WithADamagedPictureInASealedShard_MakesTheSheetWithoutIt()
    {
        using var folder = new TempFolder();
        var images = Synthetic.Images(25).ToList();
        var sound = Synthetic.Store(folder.Of("store"), images);
        var damaged = Answered.By(sound, (method, args) => method == nameof(IArtifactStore.OpenReadAsync) && (string)args[0]! == images[0].ArtifactName
            ? Task.FromResult<ArtifactContent?>(new ArtifactContent(new DamagedStream(), 100, "image/png"))
            : null);
        Task<ExportResult> RunAsync(IArtifactStore store) => DatasetExport.RunAsync(
            new DatasetExportOptions { Place = FileTrees.Folder(folder.Of("out")), Format = DatasetFormat.WebDataset, LinesPerShard = 10, HasSampleSheet = true },
            images.ToAsyncEnumerable(),
            Synthetic.Requests(25).ToAsyncEnumerable(),
            store,
            default);

        await RunAsync(sound);
        var again = await RunAsync(damaged);

        Assert.Equal((0, 25), (again.ShardsWritten, again.Index.Samples));
    }

    private static async Task<IFileTree> PreparedAsync(string folder)
    {
        var place = FileTrees.Folder(folder);
        await place.PrepareAsync(default);
        return place;
    }

    // The first two without.
    private static List<DatasetImage> WithSettings(int count)
    {
        var settings = new SchedulerSettings { UseKarrasSigmas = true, TimestepSpacing = "trailing", Eta = 0.5 };
        return [.. Synthetic.Images(count).Select(i => i.Line < 3 ? i : i with { Record = i.Record with { Recipe = i.Record.Recipe with { SchedulerSettings = settings } } })];
    }

    private static Task<ExportResult> ExportAsync(
        TempFolder folder,
        DatasetFormat format,
        IEnumerable<DatasetImage> images,
        IEnumerable<RequestedImage>? requested,
        bool isFinal = false,
        string name = "out",
        string? license = null,
        IArtifactStore? store = null) =>
        DatasetExport.RunAsync(
            new DatasetExportOptions { Place = FileTrees.Folder(folder.Of(name)), Format = format, LinesPerShard = 10, IsFinal = isFinal, License = license },
            images.ToAsyncEnumerable(),
            requested?.ToAsyncEnumerable(),
            store ?? Synthetic.Store(folder.Of("store"), images),
            CancellationToken.None);

    private sealed class DamagedStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new ArtifactStoreException("It is damaged.", isTransient: false) { IsDamage = true };
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
