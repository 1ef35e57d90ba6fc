using System.Text;
using SdFleet.Cli.Datasets;
using SdFleet.Cli.Output;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Datasets;

namespace SdFleet.Cli.Tests.Batches;

/// <summary>A batch as a dataset, from servers that have lost something, or are hard to reach.</summary>
public sealed class ServerDatasetTests
{
    private static readonly Guid Batch = new("0b54f1a6-4e0c-5d0e-8a51-6d1f4a3f9c10");

    [Fact]
    public async Task Requests_WhenRecordsAreLost_AreWhatTheJobsSay()
    {
        await using var server = await DatasetServer.StartAsync();
        foreach (var (line, images) in new[] { (1L, 4), (2L, 1) })
        {
            server.Jobs.Add(DerivedId.FromBatchLine(Batch, line), Job(line, images));
        }

        DatasetImage[] left = [Image(1, 0), Image(1, 3), Image(2, 0)];
        var requests = await ReadAsync(server, View(BatchState.Completed, lines: 2, read: 2, done: 5), left);

        Assert.Equal([(1L, 0), (1, 1), (1, 2), (1, 3), (2, 0)], requests.Select(r => (r.Line, r.Index)));
        Assert.All(requests, r => Assert.Null(r.Absence));
    }

    [Fact]
    public async Task Requests_WhenEveryRecordIsThere_CostNoRequestForAJob()
    {
        await using var server = await DatasetServer.StartAsync();

        var requests = await ReadAsync(server, View(BatchState.Completed, lines: 2, read: 2, done: 3), [Image(1, 0), Image(1, 1), Image(2, 0)]);

        Assert.Equal([(1L, 0), (1, 1), (2, 0)], requests.Select(r => (r.Line, r.Index)));
        Assert.Equal(0, server.JobRequests);
    }

    [Fact]
    public async Task Requests_OfLinesThatAreNotRead_CostNoneEither()
    {
        await using var server = await DatasetServer.StartAsync();
        server.Jobs.Add(DerivedId.FromBatchLine(Batch, 1), Job(1, 1) with { State = JobState.Cancelled });

        var requests = await ReadAsync(server, View(BatchState.Cancelled, lines: 1000, read: 1, done: 0), []);

        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (long)i), requests.Select(r => r.Line));
        Assert.All(requests, r => Assert.Equal(Absence.Cancelled, r.Absence));
        Assert.All(requests, r => Assert.Equal(r.Line > 1, r.IsUnread));
        Assert.Equal(1, server.JobRequests);
    }

    [Fact]
    public async Task Manifest_WhoseConnectionIsCut_IsReadFromTheBeginningAgain()
    {
        using var folder = new TempFolder();
        await using var server = await DatasetServer.StartAsync();
        using var client = server.Connect();
        server.CutOff = 2;

        await client.SaveBatchManifestAsync(Batch, folder.Of("manifest.jsonl"), CancellationToken.None);

        Assert.Equal(DatasetServer.Body, await File.ReadAllTextAsync(folder.Of("manifest.jsonl")));
        Assert.Equal(0, server.CutOff);
    }

    [Fact]
    public async Task Picture_WhoseConnectionIsCut_IsReadAgainAFewTimes()
    {
        await using var server = await DatasetServer.StartAsync();
        using var client = server.Connect();
        server.CutOff = 1;
        var picture = await client.FindImageAsync(Batch, 0, CancellationToken.None);
        server.CutOff = 5;
        var error = await Assert.ThrowsAsync<CliException>(() => client.FindImageAsync(Batch, 0, CancellationToken.None));

        Assert.Equal(DatasetServer.Body, Encoding.UTF8.GetString(picture!));
        Assert.Contains("ended early 4 times", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.CutOff);
    }

    // As the API does at the end of a blob whose bytes are not those that were stored: an audit goes on with the next one.
    [Fact]
    public async Task Picture_WhoseAnswerIsAlwaysCut_IsAFindingAndNoEnd()
    {
        await using var server = await DatasetServer.StartAsync();
        using var client = server.Connect();
        server.CutOff = 4;
        var image = Image(1, 0);
        image = image with { ArtifactName = ArtifactName.ForImage("2026-01-31", image.Record.JobId, 0) };

        var reading = await ArtifactReader.ReadAsync(new ServerArtifacts(client), image, CancellationToken.None);

        Assert.Equal(ArtifactFault.Different, reading.Fault);
        Assert.Contains("cannot be read to its end", reading.Detail, StringComparison.Ordinal);
        Assert.Equal(0, server.CutOff);
    }

    // The page says how many it cannot show, and shows the others.
    [Fact]
    public async Task View_OfADamagedPicture_CountsItAndGoesOn()
    {
        await using var server = await DatasetServer.StartAsync();
        using var client = server.Connect();
        server.CutOff = 4;
        var image = Image(1, 0);
        image = image with { ArtifactName = ArtifactName.ForImage("2026-01-31", image.Record.JobId, 0) };

        var view = await DatasetView.ReadAsync(new[] { image }.ToAsyncEnumerable(), requested: null, new ServerArtifacts(client), CancellationToken.None);

        Assert.Equal((1L, 1, 0), (view.Statistics.Count, view.Unreadable, view.Pictures.Count));
        Assert.Equal(0, server.CutOff);
    }

    private static async Task<List<RequestedImage>> ReadAsync(DatasetServer server, BatchView view, DatasetImage[] manifest)
    {
        using var client = server.Connect();
        return await ServerRequests.ReadAsync(client, view, manifest.ToAsyncEnumerable(), CancellationToken.None).ToListAsync();
    }

    private static BatchView View(BatchState state, long lines, long read, long done) => new()
    {
        Id = Batch,
        Name = "shapes",
        Tenant = "acme",
        State = state,
        Paused = false,
        Lines = lines,
        LinesRead = read,
        BadLines = 0,
        Jobs = new BatchJobsView { Queued = 0, Released = 0, Running = 0, Completed = 0, Failed = 0, Cancelled = 0 },
        Images = done,
        ImagesDone = done,
        Failures = 0,
        Evictions = 0,
        SubmittedAt = DateTimeOffset.UnixEpoch,
    };

    private static JobView Job(long line, int images) => new()
    {
        Id = DerivedId.FromBatchLine(Batch, line),
        State = JobState.Completed,
        Tenant = "acme",
        Lane = Lane.Bulk,
        ImageCount = images,
        Progress = 1,
        Attempts = 1,
        Failures = 0,
        Evictions = 0,
        SubmittedAt = DateTimeOffset.UnixEpoch,
        Images = [],
    };

    private static DatasetImage Image(long line, int index) => new(line, "", new ManifestRecord
    {
        JobId = DerivedId.FromBatchLine(Batch, line),
        Tenant = "acme",
        Recipe = new Recipe
        {
            Model = "shapes", Prompt = "a red circle", Width = 64, Height = 64, Steps = 1, GuidanceScale = 1, Scheduler = "ddim", Seed = 1,
        },
        Image = new ImageRecord
        {
            Index = index,
            Artifact = "",
            Sha256 = "",
            Bytes = 1,
            Width = 64,
            Height = 64,
            Seed = 1,
            Attempt = 1,
            WorkerId = "",
            ModelDigest = "",
            RuntimeVersion = "",
            ExecutionProvider = "",
            Device = "",
            Timings = new ImageTimings { TextEncodeMs = 1, DenoiseMs = 1, DecodeMs = 1, EncodeMs = 1, UploadMs = 1 },
            CreatedAt = DateTimeOffset.UnixEpoch,
        },
    });
}
