using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Audit;
using SdFleet.Coordinator.Datasets.Export;
using SdFleet.Coordinator.Exports;
using SdFleet.Coordinator.Release;
using SdFleet.Coordinator.Tests.Datasets;
using SdFleet.JobStore;
using SdFleet.Storage;
using SdFleet.TestServers;

namespace SdFleet.Coordinator.Tests.Exports;

/// <summary>Exports that coordinators make, held against those that one program makes by itself.</summary>
public sealed class FleetExportTests : IDisposable
{
    private const int Lines = 47;

    // Steps are done by the tests.
    private static readonly (string, string)[] Idle = [("SdFleet:Exports:AtOnce", "0"), ("SdFleet:Exports:BaseDelay", "00:00:00.001")];

    private readonly TempFolder _folder = new();

    public static TheoryData<DatasetFormat> Formats => [.. Enum.GetValues<DatasetFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Export_ByTheFleet_IsByteForByteTheOneOfOneProgram(DatasetFormat format)
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: Lines);
        var request = new ExportBatch { Format = format, LinesPerShard = 10, License = "cc0-1.0" };

        await RequestAsync(coordinator, batch, request);
        await WorkAsync(coordinator, batch);

        await CompareAsync(coordinator, batch, request, "fleet");
        var export = (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!;
        Assert.Equal((ExportState.Completed, Lines, 5, 5, 5), (export.State, export.Result!.Samples, export.Result.Shards, export.Result.Sealed, export.Result.ShardsWritten));
    }

    [Fact]
    public async Task Export_IntoAContainer_OfARunningService_IsAudited()
    {
        await using var container = (await AzuriteServer.GetAsync()).NameContainer();
        await using var coordinator = await StartAsync(
            ("SdFleet:Exports:Interval", "00:00:00.05"), ("SdFleet:Exports:AtOnce", "3"),
            ("SdFleet:Artifacts:Kind", "AzureBlob"), ("SdFleet:Artifacts:ConnectionString", container.ConnectionString), ("SdFleet:Artifacts:Container", container.Name));
        var batch = await BatchAsync(coordinator, made: Lines);
        var request = new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 10 };

        await RequestAsync(coordinator, batch, request);
        await CoordinatorFixture.UntilAsync(
            async () => (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!.EndedAt is not null, "the end of the export");

        await CompareAsync(coordinator, batch, request, "fleet");
    }

    [Fact]
    public async Task Export_BySeveralHostsOfWhichSomeDie_BuildsEachShardAndIsTheSame()
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: Lines);
        var request = new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 5 };
        await RequestAsync(coordinator, batch, request);

        // One dies over the plan, one over each of some shards, perhaps one over the last step.
        var dead = new List<int>();
        for (var round = 0; (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!.EndedAt is null; round++)
        {
            Assert.True(round < 100);
            if (await coordinator.Store.ClaimExportStepAsync(TimeProvider.System.GetUtcNow(), TimeSpan.FromMilliseconds(1), default) is { } lost)
            {
                dead.Add(lost.Number);
                await Task.Delay(5);
            }

            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Runner(coordinator).RunNextAsync(default)));
        }

        Assert.Contains(ExportStep.Plan, dead);
        Assert.Contains(dead, number => number >= 0);
        await CompareAsync(coordinator, batch, request, "fleet");
    }

    // The host that stops in the middle of a shard leaves nothing of it, and gives the step back.
    [Fact]
    public async Task Export_WhoseHostIsStopped_GoesOnElsewhere()
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: Lines);
        var request = new ExportBatch { Format = DatasetFormat.ImageFolder, LinesPerShard = 10 };
        await RequestAsync(coordinator, batch, request);
        await Runner(coordinator).RunNextAsync(default);
        for (var i = 0; i < 10; i++)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(3 * i));
            try
            {
                await Runner(coordinator).RunNextAsync(stop.Token);
            }
            catch (Exception e) when (stop.IsCancellationRequested)
            {
                Assert.True(e is OperationCanceledException or JobStoreException, e.ToString());
            }
        }

        await WorkAsync(coordinator, batch);

        await CompareAsync(coordinator, batch, request, "fleet");
    }

    [Fact]
    public async Task Export_AskedForAgain_AddsWhatHasComeSince()
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: 23);
        var request = new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 10 };
        await RequestAsync(coordinator, batch, request);
        await WorkAsync(coordinator, batch);
        var first = (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!.Result!;

        await batch.MakeAsync(Lines - 23);
        await RequestAsync(coordinator, batch, request);
        await WorkAsync(coordinator, batch);

        var second = (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!.Result!;
        Assert.Equal((23L, 3, 3, 24L), (first.Samples, first.Shards, first.ShardsWritten, first.Outstanding));
        Assert.Equal((Lines, 5, 3, 0L), (second.Samples, second.Shards, second.ShardsWritten, second.Outstanding));
        await CompareAsync(coordinator, batch, request, "fleet");
    }

    // What the index has is there, whatever is being written.
    [Fact]
    public async Task Export_AskedForAgain_TakesOpenShardsOutOfTheIndexFirst()
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: 23);
        var request = new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 10 };
        await RequestAsync(coordinator, batch, request);
        await WorkAsync(coordinator, batch);
        var place = Place(coordinator, batch, "fleet");
        Assert.Equal([0, 1, 2], (await ExportIndex.LoadAsync(place, default))!.Shards.Select(s => s.Number));

        await batch.MakeAsync(Lines - 23);
        await RequestAsync(coordinator, batch, request);
        await Runner(coordinator).RunNextAsync(default);

        Assert.Equal([0, 1], (await ExportIndex.LoadAsync(place, default))!.Shards.Select(s => s.Number));
        await WorkAsync(coordinator, batch);
        await CompareAsync(coordinator, batch, request, "fleet");
    }

    [Theory]
    [InlineData(false, ExportState.Completed)]
    [InlineData(true, ExportState.Failed)]
    public async Task Export_WhosePlanWasBegunOften_FailsOnlyWhereItsHostsDied(bool died, ExportState expected)
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: Lines);
        var request = new ExportBatch { Format = DatasetFormat.Parquet, LinesPerShard = 10 };
        await RequestAsync(coordinator, batch, request);
        var now = TimeProvider.System.GetUtcNow();
        for (var i = 0; i < 60; i++)
        {
            var step = (await coordinator.Store.ClaimExportStepAsync(now, died ? TimeSpan.Zero : TimeSpan.FromMinutes(1), default))!;
            Assert.True(died || await coordinator.Store.ReturnExportStepAsync(step, error: null, now, now, default));
        }

        await WorkAsync(coordinator, batch);

        Assert.Equal(expected, (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!.State);
    }

    [Fact]
    public async Task Export_OfABatchThatGoesOnMeanwhile_IsThatOfItsEnd()
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: 23);
        var request = new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 10 };
        await RequestAsync(coordinator, batch, request);
        await Runner(coordinator).RunNextAsync(default);
        await batch.MakeAsync(Lines - 23);

        await WorkAsync(coordinator, batch);

        await CompareAsync(coordinator, batch, request, "fleet");
    }

    // Coordinators are replaced one after the other, and a table of the version before has other columns.
    [Fact]
    public async Task Export_WithAShardThatTheVersionBeforeBuilt_BuildsItAnew()
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: Lines);
        var request = new ExportBatch { Format = DatasetFormat.Parquet, LinesPerShard = 10 };
        await RequestAsync(coordinator, batch, request);
        await Runner(coordinator).RunNextAsync(default);
        var now = TimeProvider.System.GetUtcNow();
        var shard = (await coordinator.Store.ClaimExportStepAsync(now, TimeSpan.FromMinutes(1), default))!;
        Assert.InRange(shard.Number, 0, 4);
        Assert.True(await coordinator.Store.CompleteExportStepAsync(
            shard, """{"files":[{"path":"data/of-the-version-before.parquet","bytes":1,"sha256":"00"}],"problems":[]}""", now, default));

        await WorkAsync(coordinator, batch);

        await CompareAsync(coordinator, batch, request, "fleet");
    }

    // Planned by a coordinator of the version before, or by one of this.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Export_IntoOneOfTheVersionBefore_IsGivenUpBeforeAnythingIsWritten(bool isPlanned)
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: 23);
        var request = new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 10 };
        await RequestAsync(coordinator, batch, request);
        await WorkAsync(coordinator, batch);
        await batch.MakeAsync(Lines - 23);
        await RequestAsync(coordinator, batch, request);
        if (isPlanned)
        {
            await Runner(coordinator).RunNextAsync(default);
        }

        var place = Place(coordinator, batch, "fleet");
        var index = (await ExportIndex.LoadAsync(place, default))!;
        await (index with { Version = 1, Batch = null }).SaveAsync(place, default);
        var before = await DigestsAsync(place);

        await WorkAsync(coordinator, batch);

        var export = (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!;
        Assert.Equal(ExportState.Failed, export.State);
        Assert.Contains("another version of SdFleet began", export.Error, StringComparison.Ordinal);
        Assert.Equal(before, await DigestsAsync(place));
    }

    // Which near-duplicate is kept depends on the shards before; those are built apart from each other.
    [Fact]
    public async Task Export_WithNearDuplicatesInOtherShards_LeavesOutTheSame()
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: Lines, i => i with
        {
            Record = i.Record with
            {
                Image = i.Record.Image with
                {
                    Filtered = i.Line % 11 == 0 ? FilterReason.Blank : null,
                    Scores = new ImageScores { PerceptualHash = (0x0123456789abcdefUL * (ulong)(i.Line % 20)).ToString("x16", System.Globalization.CultureInfo.InvariantCulture) },
                },
            },
        });
        var request = new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 10 };

        await RequestAsync(coordinator, batch, request);
        await WorkAsync(coordinator, batch);

        var result = (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!.Result!;
        Assert.InRange(result.Absent["filtered"], 20, 35);
        await CompareAsync(coordinator, batch, request, "fleet");
    }

    [Fact]
    public async Task Export_WithADamagedPicture_LeavesItOutAndSaysSo()
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: Lines);
        var record = (await coordinator.Store.ReadBatchManifestAsync(batch.Id, default).ToListAsync())[12].Image;
        var root = coordinator.Services.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value.Path!;
        await File.WriteAllTextAsync(Path.Combine(root, record.Artifact), "something else");

        await RequestAsync(coordinator, batch, new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 10 });
        await WorkAsync(coordinator, batch);

        var result = (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!.Result!;
        Assert.Equal((Lines - 1L, 4, 1L), (result.Samples, result.Sealed, result.Problems));
        Assert.StartsWith("line 13, index 0: ", Assert.Single(result.FirstProblems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ThatCannotBe_IsGivenUpWithItsReason()
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: Lines);
        await Place(coordinator, batch, "fleet").WriteAsync("thesis.txt", "mine", default);

        await RequestAsync(coordinator, batch, new ExportBatch { Format = DatasetFormat.WebDataset });
        await WorkAsync(coordinator, batch);

        var export = (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!;
        Assert.Equal(ExportState.Failed, export.State);
        Assert.Contains("holds files, but no export", export.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ToAPlaceOfItsTenant_IsTheSameThere()
    {
        var sets = _folder.Of("sets");
        await using var coordinator = await StartAsync([.. Idle, ("SdFleet:Artifacts:ExportPlaces:0", sets + "/{tenant}")]);
        var batch = await BatchAsync(coordinator, made: Lines);
        var place = sets + "/acme/shapes";
        var request = new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 10, Place = place };

        await RequestAsync(coordinator, batch, request);
        await WorkAsync(coordinator, batch);

        await CompareAsync(coordinator, batch, request, FileTrees.Folder(place));
        Assert.False(await Place(coordinator, batch, "fleet").ListAsync("", default).AnyAsync());
    }

    [Fact]
    public async Task Export_ToThePlaceOfAnotherBatch_IsGivenUpAndLeavesThatOneAsItIs()
    {
        var sets = _folder.Of("sets");
        await using var coordinator = await StartAsync([.. Idle, ("SdFleet:Artifacts:ExportPlaces:0", sets)]);
        var (first, second) = (await BatchAsync(coordinator, made: Lines), await BatchAsync(coordinator, made: Lines));
        var request = new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 10, Place = sets + "/shapes" };

        // The first one is planned, and nothing of it is written.
        await RequestAsync(coordinator, first, request);
        await Runner(coordinator).RunNextAsync(default);
        await RequestAsync(coordinator, second, request);
        await WorkAsync(coordinator, second);

        var refused = (await coordinator.Store.FindExportAsync(second.Id, "fleet", default))!;
        Assert.Equal(ExportState.Failed, refused.State);
        Assert.Contains($"holds an export of batch {first.Id}, and this is batch {second.Id}", refused.Error, StringComparison.Ordinal);
        await WorkAsync(coordinator, first);
        await CompareAsync(coordinator, first, request, FileTrees.Folder(request.Place));
    }

    [Fact]
    public async Task Export_ToAnotherContainer_IsTheSameThere()
    {
        await using var container = (await AzuriteServer.GetAsync()).NameContainer();
        await using var sets = (await AzuriteServer.GetAsync()).NameContainer();
        await using var coordinator = await StartAsync(
            [
                .. Idle,
                ("SdFleet:Artifacts:Kind", "AzureBlob"), ("SdFleet:Artifacts:ConnectionString", container.ConnectionString), ("SdFleet:Artifacts:Container", container.Name),
                ("SdFleet:Artifacts:ExportPlaces:0", $"azure://{sets.Name}"),
            ]);
        var batch = await BatchAsync(coordinator, made: Lines);
        var request = new ExportBatch { Format = DatasetFormat.Parquet, LinesPerShard = 10, Place = $"azure://{sets.Name}/shapes" };

        await RequestAsync(coordinator, batch, request);
        await WorkAsync(coordinator, batch);

        await CompareAsync(
            coordinator, batch, request, FileTrees.Open(request.Place, coordinator.Services.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value));
    }

    // The coordinator may be configured otherwise than the API that took it.
    [Fact]
    public async Task Export_ToAPlaceThatThisHostDoesNotAllow_IsGivenUpWithWhatItDoes()
    {
        var sets = _folder.Of("sets");
        await using var coordinator = await StartAsync([.. Idle, ("SdFleet:Artifacts:ExportPlaces:0", sets + "/{tenant}")]);
        var batch = await BatchAsync(coordinator, made: Lines);

        await RequestAsync(coordinator, batch, new ExportBatch { Format = DatasetFormat.Parquet, Place = sets + "/globex/shapes" });
        await WorkAsync(coordinator, batch);

        var export = (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!;
        Assert.Equal(ExportState.Failed, export.State);
        Assert.Contains($"{sets}/acme, or a place below it", export.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(sets + "/globex"));
    }

    [Fact]
    public async Task Export_CancelledInTheMiddle_WritesNoMore_AndAskedForAgainIsTheSame()
    {
        await using var coordinator = await StartAsync(Idle);
        var batch = await BatchAsync(coordinator, made: Lines);
        var request = new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 10 };
        await RequestAsync(coordinator, batch, request);
        await Runner(coordinator).RunNextAsync(default);
        await Runner(coordinator).RunNextAsync(default);
        await Runner(coordinator).RunNextAsync(default);

        Assert.Equal(ExportState.Cancelled, await coordinator.Store.CancelExportAsync(batch.Id, "fleet", TimeProvider.System.GetUtcNow(), default));

        Assert.False(await Runner(coordinator).RunNextAsync(default));
        Assert.StartsWith(
            "Cancelled when 2 of 5 shards were written.", (await coordinator.Store.FindExportAsync(batch.Id, "fleet", default))!.Error, StringComparison.Ordinal);
        await RequestAsync(coordinator, batch, request);
        await WorkAsync(coordinator, batch);
        await CompareAsync(coordinator, batch, request, "fleet");
    }

    public void Dispose() => _folder.Dispose();

    // Jobs are made by the tests: nobody else takes them.
    private static Task<CoordinatorFixture> StartAsync(params (string Key, string Value)[] settings) =>
        CoordinatorFixture.StartAsync(services => services.Remove(services.Single(s => s.ImplementationType == typeof(ReleaseService))), settings);

    private static async Task<StoredBatch> BatchAsync(CoordinatorFixture coordinator, int made, Func<DatasetImage, DatasetImage>? change = null)
    {
        var batch = new StoredBatch(coordinator.Store, coordinator.Artifacts, Lines);
        await batch.AdmitAsync();
        await batch.MakeAsync(made, change);
        return batch;
    }

    private static async Task RequestAsync(CoordinatorFixture coordinator, StoredBatch batch, ExportBatch request) =>
        Assert.Equal(
            ExportRequestOutcome.Started,
            await coordinator.Store.RequestExportAsync(batch.Id, "fleet", request, TimeProvider.System.GetUtcNow(), default));

    private static ExportRunner Runner(CoordinatorFixture coordinator) => ActivatorUtilities.CreateInstance<ExportRunner>(coordinator.Services);

    private static async Task WorkAsync(CoordinatorFixture coordinator, StoredBatch batch)
    {
        var deadline = CoordinatorFixture.Soon();
        while ((await coordinator.Store.FindExportAsync(batch.Id, "fleet", deadline))!.EndedAt is null)
        {
            await Runner(coordinator).RunNextAsync(deadline);
        }
    }

    private static IFileTree Place(CoordinatorFixture coordinator, StoredBatch batch, string name) =>
        FileTrees.Within(coordinator.Services.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value, ArtifactName.ExportRoot(batch.Id, name));

    private Task CompareAsync(CoordinatorFixture coordinator, StoredBatch batch, ExportBatch request, string name) =>
        CompareAsync(coordinator, batch, request, Place(coordinator, batch, name));

    private async Task CompareAsync(CoordinatorFixture coordinator, StoredBatch batch, ExportBatch request, IFileTree fleet)
    {
        IAsyncEnumerable<DatasetImage> Images() => ManifestFile.OfAsync(coordinator.Store.ReadBatchManifestAsync(batch.Id, default), default);
        IAsyncEnumerable<RequestedImage> Requests() => BatchRequests.ReadAsync(coordinator.Store, batch.Id);
        var alone = FileTrees.Folder(_folder.Of("alone"));
        await DatasetExport.RunAsync(
            new DatasetExportOptions { Place = alone, Batch = batch.Id, Format = request.Format, LinesPerShard = request.LinesPerShard!.Value, License = request.License, HasSampleSheet = true },
            Images(),
            Requests(),
            coordinator.Artifacts,
            default);

        Assert.Equal(await DigestsAsync(alone), await DigestsAsync(fleet));
        var audit = await ExportAudit.RunAsync(fleet, Images(), Requests(), default);
        Assert.True(audit.IsComplete, string.Join('\n', audit.Findings));
    }

    private static async Task<SortedDictionary<string, string>> DigestsAsync(IFileTree place)
    {
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await foreach (var file in place.ListAsync("", default))
        {
            digests.Add(file.Name, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData((await place.ReadAsync(file.Name, default))!)));
        }

        return digests;
    }
}
