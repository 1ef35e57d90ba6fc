using System.Security.Cryptography;
using SdFleet.Contracts.Batches;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Audit;
using SdFleet.Coordinator.Datasets.Export;
using SdFleet.Storage;
using SdFleet.TestServers;

namespace SdFleet.Coordinator.Tests.Datasets;

/// <summary>Exports to a blob container: what they are in a folder, byte for byte.</summary>
public sealed class ContainerExportTests : IAsyncLifetime, IDisposable
{
    private const int Count = 25;
    private const string Prefix = "datasets/shapes";

    private readonly TempFolder _folder = new();
    private readonly List<DatasetImage> _images = [.. Synthetic.Images(Count)];
    private AzuriteContainer _container = null!;

    public static TheoryData<DatasetFormat> Formats => [.. Enum.GetValues<DatasetFormat>()];

    public async Task InitializeAsync() => _container = (await AzuriteServer.GetAsync()).NameContainer();

    public async Task DisposeAsync() => await _container.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Run_InThreeGoes_GivesTheBytesOfAFolder_AndIsAudited(DatasetFormat format)
    {
        await ExportAsync(FileTrees.Folder(_folder.Of("once")), format, Count);
        foreach (var count in new[] { 4, 17, Count })
        {
            await ExportAsync(Place(), format, count);
        }

        var again = await ExportAsync(Place(), format, Count);
        var audit = await AuditAsync();

        Assert.Equal(_folder.Digests("once"), await DigestsAsync());
        Assert.Equal(0, again.ShardsWritten);
        Assert.True(audit.IsComplete, string.Join('\n', audit.Findings));
        Assert.Equal((Count, Count, Count), (audit.Requested, audit.Records, audit.Right));
    }

    [Fact]
    public async Task Run_AfterOneThatStopped_GoesOn()
    {
        await ExportAsync(FileTrees.Folder(_folder.Of("once")), DatasetFormat.ImageFolder, Count);
        foreach (var count in new[] { 5, 14 })
        {
            var stopped = _images.Take(count).Concat(Enumerable.Range(0, 1).Select<int, DatasetImage>(_ => throw new IOException("the connection is gone")));
            await Assert.ThrowsAsync<IOException>(() => ExportAsync(Place(), DatasetFormat.ImageFolder, stopped));
        }

        Assert.Equal(10, (await ExportIndex.LoadAsync(Place(), default))!.Samples);
        var result = await ExportAsync(Place(), DatasetFormat.ImageFolder, Count);

        Assert.Equal(2, result.ShardsWritten);
        Assert.Equal(_folder.Digests("once"), await DigestsAsync());
    }

    // A reader that comes at any time finds whole files, and every file of the index.
    [Fact]
    public async Task Run_WhileOthersRead_ShowsWholeShardsOnly()
    {
        await Place().PrepareAsync(default);
        using var stop = new CancellationTokenSource();
        var looks = 0;
        var reader = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var file in (await ExportIndex.LoadAsync(Place(), default))?.Shards.Where(s => s.Sealed).SelectMany(s => s.Files) ?? [])
                {
                    Assert.Equal(file.Sha256, Convert.ToHexStringLower(SHA256.HashData((await Place().ReadAsync(file.Path, default))!)));
                    looks++;
                }
            }
        });

        await ExportAsync(Place(), DatasetFormat.WebDataset, Count);
        await CoordinatorFixture.UntilAsync(() => Task.FromResult(looks > 0 || reader.IsCompleted), "a look");
        await stop.CancelAsync();
        await reader;
    }

    [Fact]
    public async Task Audit_FindsWhatWasDeletedChangedOrAdded()
    {
        await ExportAsync(Place(), DatasetFormat.WebDataset, Count);
        var blobs = _container.Client;
        await blobs.DeleteBlobAsync($"{Prefix}/shard-000002.tar");
        var shard = blobs.GetBlobClient($"{Prefix}/shard-000001.tar");
        var bytes = (await shard.DownloadContentAsync()).Value.Content.ToArray();
        bytes[520] ^= 1;
        await shard.UploadAsync(BinaryData.FromBytes(bytes), overwrite: true);
        await blobs.UploadBlobAsync($"{Prefix}/shard-000009.tar", BinaryData.FromString("x"));

        var audit = await AuditAsync();

        Assert.Contains(new AuditFinding(AuditFault.MissingFile, null, "shard-000002.tar"), audit.Findings);
        Assert.Contains(new AuditFinding(AuditFault.ExtraFile, null, "shard-000009.tar"), audit.Findings);
        Assert.Contains(audit.Findings, f => f.Fault == AuditFault.WrongFile && f.Detail.StartsWith("shard-000001.tar has SHA-256", StringComparison.Ordinal));
        Assert.Contains(audit.Findings, f => f is { Fault: AuditFault.WrongExported, Image.Line: 11 });
        Assert.Equal([21L, 22, 23, 24, 25], audit.Findings.Where(f => f.Fault == AuditFault.NotExported).Select(f => f.Image!.Value.Line));
    }

    [Fact]
    public async Task Run_IntoAContainerOfSomethingElse_Refuses()
    {
        await Place().PrepareAsync(default);
        await _container.Client.UploadBlobAsync($"{Prefix}/thesis.txt", BinaryData.FromString("mine"));

        var refused = await Assert.ThrowsAsync<DatasetException>(() => ExportAsync(Place(), DatasetFormat.WebDataset, Count));

        Assert.Equal($"azure://{_container.Name}/{Prefix} holds files, but no export. Name an empty folder.", refused.Message);
    }

    private IFileTree Place() => FileTrees.Open($"azure://{_container.Name}/{Prefix}", new ArtifactStoreOptions { ConnectionString = _container.ConnectionString });

    private Task<ExportResult> ExportAsync(IFileTree place, DatasetFormat format, int count) => ExportAsync(place, format, _images.Take(count));

    private Task<ExportResult> ExportAsync(IFileTree place, DatasetFormat format, IEnumerable<DatasetImage> images) => DatasetExport.RunAsync(
        new DatasetExportOptions { Place = place, Format = format, LinesPerShard = 10 },
        images.ToAsyncEnumerable(),
        Synthetic.Requests(Count).ToAsyncEnumerable(),
        Synthetic.Store(_folder.Of("store"), _images),
        CancellationToken.None);

    private Task<AuditReport> AuditAsync() =>
        ExportAudit.RunAsync(Place(), _images.ToAsyncEnumerable(), Synthetic.Requests(Count).ToAsyncEnumerable(), CancellationToken.None);

    private async Task<SortedDictionary<string, string>> DigestsAsync()
    {
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await foreach (var file in Place().ListAsync("", default))
        {
            digests.Add(file.Name, Convert.ToHexStringLower(SHA256.HashData((await Place().ReadAsync(file.Name, default))!)));
        }

        return digests;
    }
}
