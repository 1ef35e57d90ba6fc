using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Audit;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests.Datasets;

public sealed class DatasetAuditTests : IDisposable
{
    private const int Count = 12;

    private readonly TempFolder _folder = new();
    private readonly List<DatasetImage> _manifest = [.. Synthetic.Images(Count)];
    private readonly List<RequestedImage> _requested = [.. Synthetic.Requests(Count)];

    public DatasetAuditTests()
    {
        Synthetic.Store(_folder.Path, _manifest);
    }

    [Fact]
    public async Task Run_OfACompleteBatch_FindsNothing()
    {
        var report = await AuditAsync();

        Assert.True(report.IsComplete);
        Assert.Equal((Count, Count, Count), (report.Requested, report.Records, report.Right));
        Assert.Empty(report.ToRepair);
    }

    [Fact]
    public async Task Run_WhenAnUnreadLineHasFinishedWithSeveralPictures_FindsNothing()
    {
        _requested[^1] = new RequestedImage(Count, 0) { IsUnread = true };
        _manifest.Add(Synthetic.Image(Count, 1));
        Synthetic.Store(_folder.Path, [_manifest[^1]]);

        var report = await AuditAsync();

        Assert.Empty(report.Findings);
        Assert.Equal((Count + 1, Count + 1), (report.Requested, report.Right));
    }

    [Fact]
    public async Task Run_WithADeletedArtifact_NamesIt()
    {
        File.Delete(FileOf(5));

        await ExpectAsync(AuditFault.MissingArtifact, 5, "there is no " + _manifest[4].ArtifactName, repaired: true);
    }

    [Fact]
    public async Task Run_WithATruncatedArtifact_NamesIt()
    {
        await File.WriteAllBytesAsync(FileOf(5), Synthetic.Picture(5)[..^1]);

        await ExpectAsync(AuditFault.TruncatedArtifact, 5, $"has {Synthetic.Picture(5).Length - 1} of {Synthetic.Picture(5).Length} bytes", repaired: true);
    }

    [Fact]
    public async Task Run_WithOneWrongByte_NamesIt()
    {
        var bytes = Synthetic.Picture(5);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(FileOf(5), bytes);

        await ExpectAsync(AuditFault.WrongArtifact, 5, "instead of " + _manifest[4].Record.Image.Sha256, repaired: true);
    }

    [Fact]
    public async Task Run_WithTwoSwappedArtifacts_SaysWhichHoldsWhich()
    {
        await File.WriteAllBytesAsync(FileOf(5), Synthetic.Picture(9));
        await File.WriteAllBytesAsync(FileOf(9), Synthetic.Picture(5));

        var report = await AuditAsync();

        Assert.Equal(Count - 2, report.Right);
        Assert.Equal([AuditFault.WrongArtifact, AuditFault.WrongArtifact], report.Findings.Select(f => f.Fault));
        Assert.EndsWith("holds the picture of line 9, index 0", report.Findings[0].Detail, StringComparison.Ordinal);
        Assert.EndsWith("holds the picture of line 5, index 0", report.Findings[1].Detail, StringComparison.Ordinal);
        Assert.Equal([new ImageKey(5, 0), new ImageKey(9, 0)], report.ToRepair);
    }

    [Fact]
    public async Task Run_WithAnExtraArtifact_NamesIt()
    {
        await File.WriteAllTextAsync(_folder.Of(Synthetic.Folder, "stray.png"), "stray");

        await ExpectAsync(AuditFault.ExtraArtifact, null, Synthetic.Folder + "/stray.png", repaired: false, right: Count);
    }

    [Fact]
    public async Task Run_WithALostRecord_NamesThePicture()
    {
        _manifest.RemoveAt(4);

        var report = await AuditAsync();

        // Its artifact is there, and nothing speaks of it any more.
        Assert.Equal([AuditFault.MissingRecord, AuditFault.ExtraArtifact], report.Findings.Select(f => f.Fault));
        Assert.Equal($"job {Synthetic.Job(5)}", report.Findings[0].Detail);
        Assert.Equal([new ImageKey(5, 0)], report.ToRepair);
    }

    [Fact]
    public async Task Run_WithADuplicatedRecord_NamesIt()
    {
        _manifest.Add(_manifest[4]);

        await ExpectAsync(AuditFault.DuplicateRecord, 5, $"job {Synthetic.Job(5)}", repaired: false, right: Count);
    }

    [Fact]
    public async Task Run_WithARecordNobodyRequested_NamesIt()
    {
        _requested.RemoveAt(Count - 1);

        await ExpectAsync(AuditFault.UnrequestedRecord, Count, $"job {Synthetic.Job(Count)}", repaired: false);
    }

    [Fact]
    public async Task Run_WithTwoRecordsOfOneArtifact_NamesIt()
    {
        _manifest[4] = _manifest[4] with { ArtifactName = _manifest[3].ArtifactName };
        File.Delete(FileOf(5, Synthetic.Image(5)));

        await ExpectAsync(AuditFault.SharedArtifact, 5, _manifest[3].ArtifactName, repaired: false);
    }

    [Fact]
    public async Task Run_WithARecordOfAnotherJob_NamesIt()
    {
        _manifest[4] = _manifest[4] with { Record = _manifest[4].Record with { JobId = Synthetic.Job(99) } };

        await ExpectAsync(AuditFault.WrongJob, 5, $"of job {Synthetic.Job(99)} instead of {Synthetic.Job(5)}", repaired: true);
    }

    [Fact]
    public async Task Run_WithReasons_CountsThemAndFindsNothing()
    {
        // One that failed before it stored anything, one that failed after, and one that is there and was taken out by a filter.
        _requested[2] = _requested[2] with { Absence = Absence.Failed };
        _requested[3] = _requested[3] with { Absence = Absence.Failed };
        _requested[6] = _requested[6] with { Absence = Absence.Filtered };
        File.Delete(FileOf(3));
        _manifest.RemoveRange(2, 2);

        var report = await AuditAsync();

        Assert.Empty(report.Findings);
        Assert.Equal(Count - 3, report.Right);
        Assert.Equal([KeyValuePair.Create(Absence.Failed, 2L), KeyValuePair.Create(Absence.Filtered, 1L)], report.Absent);
    }

    [Fact]
    public async Task Run_WithARecordOfWhatFailed_SaysSo()
    {
        _requested[4] = _requested[4] with { Absence = Absence.Cancelled, Detail = "by its owner" };

        await ExpectAsync(AuditFault.ContradictedAbsence, 5, "was cancelled: by its owner", repaired: false);
    }

    [Fact]
    public async Task Run_WithoutARequestedList_StillComparesArtifacts()
    {
        File.Delete(FileOf(5));

        var report = await DatasetAudit.RunAsync(_manifest.ToAsyncEnumerable(), null, Store(), new DatasetAuditOptions(), CancellationToken.None);

        Assert.Null(report.Requested);
        Assert.Equal(AuditFault.MissingArtifact, Assert.Single(report.Findings).Fault);
    }

    public void Dispose() => _folder.Dispose();

    private string FileOf(int line, DatasetImage? image = null) => _folder.Of((image ?? _manifest[line - 1]).ArtifactName);

    private IArtifactStore Store() => Synthetic.Store(_folder.Path, []);

    private Task<AuditReport> AuditAsync() => DatasetAudit.RunAsync(
        _manifest.ToAsyncEnumerable(),
        _requested.ToAsyncEnumerable(),
        Store(),
        new DatasetAuditOptions { OwnPrefixes = [Synthetic.Folder + "/"] },
        CancellationToken.None);

    private async Task ExpectAsync(AuditFault fault, int? line, string detail, bool repaired, int right = Count - 1)
    {
        var report = await AuditAsync();

        var finding = Assert.Single(report.Findings);
        Assert.Equal((fault, line is { } number ? new ImageKey(number, 0) : (ImageKey?)null), (finding.Fault, finding.Image));
        Assert.Contains(detail, finding.Detail, StringComparison.Ordinal);
        Assert.Equal(right, report.Right);
        Assert.Equal(repaired ? new[] { finding.Image!.Value } : [], report.ToRepair);
        Assert.False(report.IsComplete);
    }
}
