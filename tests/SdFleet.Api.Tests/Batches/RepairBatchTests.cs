using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;

namespace SdFleet.Api.Tests.Batches;

public sealed class RepairBatchTests : IAsyncLifetime
{
    private readonly Guid _batch = Guid.NewGuid();
    private ApiServer _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiServer.StartAsync();
        await _api.AdmitBatchAsync(_batch, lines: 6, expanded: 5);
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Repair_LinesInAnyState_SaysWhatBecomesOfEach()
    {
        var records = await CompleteAsync(3);
        File.Delete(FileOf(records[0]));
        await File.WriteAllBytesAsync(FileOf(records[1]), [9, 9]);

        var view = await RepairAsync([1, 2, 3, 4, 6]);

        Assert.Equal(
            [
                (1L, LineRepairResult.Requested, 1), (2, LineRepairResult.Requested, 1), (3, LineRepairResult.Intact, 0), (4, LineRepairResult.Underway, 0),
                (6, LineRepairResult.Unknown, 0),
            ],
            view.Lines.Select(l => (l.Line, l.Result, l.Missing)));
        Assert.Equal(DerivedId.FromBatchLine(_batch, 2), view.Lines[1].JobId);
        Assert.False(File.Exists(FileOf(records[1])));
        Assert.True(File.Exists(FileOf(records[2])));
        var again = await _api.Jobs.ReleaseAsync("shapes", Lane.Bulk, 2, StoredJob.Day, TimeSpan.FromHours(1), default);
        Assert.Equal([(records[0].Artifact, 2), (records[1].Artifact, 2)], again.Select(r => (ArtifactName.ForImage(r.Message.ArtifactFolder, r.Message.JobId, 0), r.Message.Attempt)));
    }

    [Fact]
    public async Task Repair_AskedForAgain_ChangesNothingMore()
    {
        var record = (await CompleteAsync(1))[0];
        File.Delete(FileOf(record));

        var results = new List<LineRepairResult>();
        for (var i = 0; i < 3; i++)
        {
            results.Add((await RepairAsync([1])).Lines.Single().Result);
        }

        await FinishAsync((await _api.Jobs.ReleaseAsync("shapes", Lane.Bulk, 1, StoredJob.Day, TimeSpan.FromHours(1), default)).Single().Message);
        results.Add((await RepairAsync([1])).Lines.Single().Result);

        Assert.Equal([LineRepairResult.Requested, LineRepairResult.Underway, LineRepairResult.Underway, LineRepairResult.Intact], results);
        Assert.Equal(record, Assert.Single((await _api.Jobs.FindJobAsync(DerivedId.FromBatchLine(_batch, 1), default))!.Images));
    }

    [Fact]
    public async Task Repair_AJobThatFailed_TriesItAgain()
    {
        var work = (await _api.Jobs.ReleaseAsync("shapes", Lane.Bulk, 1, StoredJob.Day, TimeSpan.FromHours(1), default)).Single().Message;
        var failed = new JobFailed { JobId = work.JobId, Attempt = 1, WorkerId = "w1", ErrorClass = ErrorClass.Permanent, Reason = "no", At = StoredJob.Day };
        await _api.Jobs.ApplyAsync([failed], new RetryPolicy(), StoredJob.Day, TimeSpan.FromHours(1), default);

        Assert.Equal(LineRepairResult.Requested, (await RepairAsync([1])).Lines.Single().Result);

        Assert.Equal(JobState.Queued, (await _api.Jobs.FindJobAsync(work.JobId, default))!.State);
    }

    [Fact]
    public async Task Repair_OfAJobWhoseOwnPictureIsGone_IsRefusedAndTakesNothingAway()
    {
        var batch = Guid.NewGuid();
        var input = "a picture to begin with"u8.ToArray();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(input));
        await _api.AdmitBatchAsync(batch, expanded: 2, task: new PictureTask { Kind = JobTask.ImageToImage, InitImage = sha256 });
        var released = await _api.Jobs.ReleaseAsync("shapes", Lane.Bulk, 100, StoredJob.Day, TimeSpan.FromHours(1), default);
        var record = await FinishAsync(released.Single(r => r.Message.Recipe.Task is not null).Message);
        await File.WriteAllBytesAsync(FileOf(record), [9, 9]);

        var refused = (await RepairAsync([1], batch)).Lines.Single();
        var left = File.Exists(FileOf(record));
        var name = ArtifactName.ForInput("default", sha256);
        await _api.Artifacts.PutAsync(name, input, "image/png", sha256, metadata: null, default);
        File.SetLastWriteTimeUtc(Path.Combine(_api.Folder, "artifacts", name), StoredJob.Day.UtcDateTime);
        var requested = (await RepairAsync([1], batch)).Lines.Single();

        Assert.Equal((LineRepairResult.Refused, 1), (refused.Result, refused.Missing));
        Assert.StartsWith($"initImage is \"{sha256}\": ", refused.Reason, StringComparison.Ordinal);
        Assert.True(left);
        Assert.Equal((LineRepairResult.Requested, 1, null), (requested.Result, requested.Missing, requested.Reason));
        Assert.False(File.Exists(FileOf(record)));
        Assert.True((await _api.Artifacts.ListAsync(name, default).SingleAsync()).ModifiedAt > TimeProvider.System.GetUtcNow().AddHours(-1));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"lines\":[]}")]
    [InlineData("{\"lines\":[0]}")]
    [InlineData("{\"lines\":[1,1]}")]
    [InlineData("{\"lines\":[1.5]}")]
    [InlineData("[1]")]
    [InlineData("nonsense")]
    public async Task Repair_WithSomethingElseThanLines_IsRefused(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await _api.Client.PostAsync(Route(), content);

        await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Repair_OfMoreLinesThanAllowed_IsRefused()
    {
        using var response = await PostAsync(_api.Client, [.. Enumerable.Range(1, RepairBatch.MaxLines + 1).Select(i => (long)i)]);

        await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Repair_OfAnotherTenantsBatch_IsNotThereAndTouchesNothing()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.TwoKeys);
        await api.AdmitBatchAsync(_batch, tenant: "acme");
        using var globex = api.ClientFor(ApiServer.GlobexKey);
        using var acme = api.ClientFor(ApiServer.AcmeKey);

        using var refused = await PostAsync(globex, [1]);
        using var allowed = await PostAsync(acme, [1]);

        await AssertProblem.OfAsync(refused, HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    private Uri Route(Guid? batch = null) => new($"/v1/batches/{batch ?? _batch}/repair", UriKind.Relative);

    private Task<HttpResponseMessage> PostAsync(HttpClient client, long[] lines, Guid? batch = null) =>
        client.PostAsJsonAsync(Route(batch), new RepairBatch { Lines = lines }, ContractsJson.Options);

    private async Task<BatchRepairView> RepairAsync(long[] lines, Guid? batch = null)
    {
        using var response = await PostAsync(_api.Client, lines, batch);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonSerializer.Deserialize<BatchRepairView>(await response.Content.ReadAsStringAsync(), ContractsJson.Options)!;
    }

    // The first lines, one picture each.
    private async Task<IReadOnlyList<ImageRecord>> CompleteAsync(int lines)
    {
        var records = new List<ImageRecord>();
        foreach (var work in await _api.Jobs.ReleaseAsync("shapes", Lane.Bulk, lines, StoredJob.Day, TimeSpan.FromHours(1), default))
        {
            records.Add(await FinishAsync(work.Message));
        }

        return records;
    }

    private async Task<ImageRecord> FinishAsync(GenerateImages work)
    {
        var picture = Encoding.UTF8.GetBytes($"picture of {work.JobId}");
        var record = StoredJob.Record(work, 0, picture);
        await _api.Artifacts.PutAsync(record.Artifact, picture, "image/png", record.Sha256, metadata: null, default);
        var completed = new JobCompleted { JobId = work.JobId, Attempt = work.Attempt, WorkerId = "w1", At = StoredJob.Day, Images = [record] };
        Assert.Equal(
            EventResult.Applied, (await _api.Jobs.ApplyAsync([completed], new RetryPolicy(), StoredJob.Day, TimeSpan.FromHours(1), default)).Single().Result);
        return record;
    }

    private string FileOf(ImageRecord record) => Path.Combine(_api.Folder, "artifacts", record.Artifact);
}
