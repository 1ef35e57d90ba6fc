using SdFleet.Contracts.Batches;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Audit;
using SdFleet.Coordinator.Datasets.Export;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests.Datasets;

public sealed class ExportAuditTests : IDisposable
{
    private const int Count = 25;

    private readonly TempFolder _folder = new();
    private readonly List<DatasetImage> _manifest = [.. Synthetic.Images(Count)];

    public static TheoryData<DatasetFormat> Formats => [.. Enum.GetValues<DatasetFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Run_OfWhatWasExported_FindsNothing(DatasetFormat format)
    {
        await ExportAsync(format);

        var report = await AuditAsync();

        Assert.Empty(report.Findings);
        Assert.Equal((Count, Count, Count), (report.Requested, report.Records, report.Right));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Run_WithAManifestOfMore_NamesWhatIsNotExported(DatasetFormat format)
    {
        await ExportAsync(format);
        _manifest.Insert(3, Synthetic.Image(3, 1));

        var report = await AuditAsync(requested: false);

        var expected = format == DatasetFormat.Parquet
            ? new AuditFinding(AuditFault.WrongFile, null, "shard 0 was made of other records")
            : new AuditFinding(AuditFault.NotExported, new ImageKey(3, 1), "not in shard 0");
        Assert.Equal(expected, Assert.Single(report.Findings));
    }

    [Fact]
    public async Task Run_WithADamagedShard_NamesIt()
    {
        await ExportAsync(DatasetFormat.WebDataset);
        await using (var shard = File.OpenWrite(_folder.Of("out", "shard-000001.tar")))
        {
            // In the middle of the first picture.
            shard.Position = 520;
            shard.WriteByte(0);
        }

        var report = await AuditAsync();

        Assert.Equal([AuditFault.WrongExported, AuditFault.WrongFile], report.Findings.Select(f => f.Fault));
        Assert.Equal(new ImageKey(11, 0), report.Findings[0].Image);
        Assert.StartsWith("shard-000001.tar has SHA-256", report.Findings[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithATruncatedShard_NamesWhatIsLost()
    {
        await ExportAsync(DatasetFormat.WebDataset);
        await using (var shard = File.OpenWrite(_folder.Of("out", "shard-000002.tar")))
        {
            shard.SetLength(5000);
        }

        var report = await AuditAsync();

        Assert.Contains(report.Findings, f => f.Fault == AuditFault.WrongFile && f.Detail.Contains("has 5000 bytes", StringComparison.Ordinal));
        Assert.Contains(report.Findings, f => f is { Fault: AuditFault.NotExported, Image.Line: 25 });
    }

    [Fact]
    public async Task Run_WithALostShard_NamesItsPictures()
    {
        await ExportAsync(DatasetFormat.WebDataset);
        File.Delete(_folder.Of("out", "shard-000002.tar"));

        var report = await AuditAsync();

        Assert.Contains(new AuditFinding(AuditFault.MissingFile, null, "shard-000002.tar"), report.Findings);
        Assert.Equal([21L, 22, 23, 24, 25], report.Findings.Where(f => f.Fault == AuditFault.NotExported).Select(f => f.Image!.Value.Line));
    }

    [Fact]
    public async Task Run_WithStrangeFiles_NamesThem()
    {
        await ExportAsync(DatasetFormat.WebDataset);
        File.Copy(_folder.Of("out", "shard-000000.tar"), _folder.Of("out", "shard-000009.tar"));

        Assert.Equal(new AuditFinding(AuditFault.ExtraFile, null, "shard-000009.tar"), Assert.Single((await AuditAsync()).Findings));
    }

    [Fact]
    public async Task Run_WithAnExchangedPictureInAFolder_NamesIt()
    {
        await ExportAsync(DatasetFormat.ImageFolder);
        await File.WriteAllTextAsync(_folder.Of("out", "train", "000001", "000000012-00.png"), "another");
        await File.WriteAllTextAsync(_folder.Of("out", "train", "000001", "stray.png"), "another");

        var report = await AuditAsync();

        Assert.Equal([AuditFault.WrongExported, AuditFault.ExtraExported], report.Findings.Select(f => f.Fault));
        Assert.Equal(new ImageKey(12, 0), report.Findings[0].Image);
    }

    public void Dispose() => _folder.Dispose();

    private Task<ExportResult> ExportAsync(DatasetFormat format) => DatasetExport.RunAsync(
        new DatasetExportOptions { Place = FileTrees.Folder(_folder.Of("out")), Format = format, LinesPerShard = 10 },
        _manifest.ToAsyncEnumerable(),
        Synthetic.Requests(Count).ToAsyncEnumerable(),
        Synthetic.Store(_folder.Of("store"), _manifest),
        CancellationToken.None);

    private Task<AuditReport> AuditAsync(bool requested = true) => ExportAudit.RunAsync(
        FileTrees.Folder(_folder.Of("out")),
        _manifest.ToAsyncEnumerable(),
        requested ? Synthetic.Requests(Count).ToAsyncEnumerable() : null,
        CancellationToken.None);
}
