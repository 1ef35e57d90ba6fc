using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.JobStore;

namespace SdFleet.Api.Tests.Batches;

public sealed class BatchViewTests : IAsyncLifetime
{
    private ApiServer _api = null!;

    public async Task InitializeAsync() =>
        _api = await ApiServer.StartAsync(new Dictionary<string, string?> { ["SdFleet:Api:BatchEventInterval"] = "00:00:00.1" });

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Get_ABatch_ShowsHowFarItIs()
    {
        var id = Guid.NewGuid();
        await _api.AdmitBatchAsync(id);
        await CompleteOneAsync();
        await FailOneAsync("no such thing");

        var view = await GetAsync<BatchView>($"/v1/batches/{id}");

        Assert.Equal((BatchState.Expanding, 10L, 4L, 1L), (view.State, view.Lines, view.LinesRead, view.BadLines));
        Assert.Equal(new BatchJobsView { Queued = 1, Released = 0, Running = 0, Completed = 1, Failed = 1, Cancelled = 0 }, view.Jobs);
        Assert.Equal((3L, 1L, 1L, 0), (view.Images, view.ImagesDone, view.Failures, view.Workers));
        Assert.Equal([new BatchFailureView("no such thing", 1)], view.FailedBecause!);
        Assert.True(view.ImagesPerSecond > 0);

        // A job is waiting, and six lines of which three quarters are jobs.
        Assert.True(view.EstimatedEnd > DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task List_OfATenant_IsInPages()
    {
        var ids = new[] { Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid() };
        foreach (var id in ids)
        {
            await _api.AdmitBatchAsync(id);
        }

        var first = await GetAsync<BatchListView>("/v1/batches?limit=2");
        var second = await GetAsync<BatchListView>($"/v1/batches?limit=2&before={first.Next}");

        Assert.Equal([ids[2], ids[1]], first.Batches.Select(b => b.Id));
        Assert.Equal([ids[0]], second.Batches.Select(b => b.Id));
        Assert.Null(second.Next);
        using var wrong = await _api.Client.GetAsync(new Uri("/v1/batches?limit=0", UriKind.Relative));
        await AssertProblem.OfAsync(wrong, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Problems_OfABatch_HaveTheirLines()
    {
        var id = Guid.NewGuid();
        await _api.AdmitBatchAsync(id);

        var page = await GetAsync<BatchProblemsView>($"/v1/batches/{id}/problems?limit=1");
        var next = await GetAsync<BatchProblemsView>($"/v1/batches/{id}/problems?after={page.Next}");

        Assert.Equal((4L, "prompt"), (page.Problems.Single().Line, page.Problems.Single().Errors.Single().Field));
        Assert.Empty(next.Problems);
    }

    [Fact]
    public async Task Cancel_ABatch_StopsWhatRunsAndIsFinal()
    {
        var id = Guid.NewGuid();
        await _api.AdmitBatchAsync(id);
        var work = await ReleaseOneAsync();

        using var first = await PostAsync(id, "cancel");
        using var again = await PostAsync(id, "cancel");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("cancelled", (await ApiServer.JsonAsync(first))["state"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        await _api.Submissions.WaitForStopAsync(new HeldAttempt(work.JobId, work.Attempt));
        Assert.Empty(await _api.Jobs.ReleaseAsync("shapes", Lane.Bulk, 10, StoredJob.Day, TimeSpan.FromHours(1), default));
        using var resume = await PostAsync(id, "resume");
        await AssertProblem.OfAsync(resume, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Pause_ABatch_HoldsItUntilItIsResumed()
    {
        var id = Guid.NewGuid();
        await _api.AdmitBatchAsync(id);

        using var paused = await PostAsync(id, "pause");
        Assert.True((await ApiServer.JsonAsync(paused))["paused"]!.GetValue<bool>());
        Assert.Empty(await _api.Jobs.ReleaseAsync("shapes", Lane.Bulk, 10, StoredJob.Day, TimeSpan.FromHours(1), default));
        using var resumed = await PostAsync(id, "resume");
        Assert.False((await ApiServer.JsonAsync(resumed))["paused"]!.GetValue<bool>());
        Assert.Equal(3, (await _api.Jobs.ReleaseAsync("shapes", Lane.Bulk, 10, StoredJob.Day, TimeSpan.FromHours(1), default)).Count);
    }

    [Fact]
    public async Task Manifest_OfABatch_IsALineForEachPicture()
    {
        var id = Guid.NewGuid();
        await _api.AdmitBatchAsync(id);
        var work = await CompleteOneAsync();

        using var response = await _api.Client.GetAsync(new Uri($"/v1/batches/{id}/manifest", UriKind.Relative));

        Assert.Equal("application/jsonl", response.Content.Headers.ContentType!.MediaType);
        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        var record = JsonSerializer.Deserialize<ManifestRecord>(text, ContractsJson.Options)!;
        Assert.Equal((id, 1L, work.JobId), (record.BatchId, record.Line, record.JobId));
    }

    [Fact]
    public async Task Events_OfABatch_ComeUntilItsEnd()
    {
        var id = Guid.NewGuid();
        await _api.AdmitBatchAsync(id);
        using var response = await _api.Client.GetAsync(new Uri($"/v1/batches/{id}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        await using var stream = await response.Content.ReadAsStreamAsync();

        var states = new List<string>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync())
        {
            Assert.Equal("batch", item.EventType);
            states.Add(JsonNode.Parse(item.Data)!["state"]!.GetValue<string>());
            if (states.Count == 2)
            {
                await _api.Jobs.CancelBatchAsync(id, StoredJob.Day, default);
            }
        }

        // How many come before the end depends on the machine.
        Assert.Equal(["expanding", "cancelled"], states.Distinct());
        Assert.Equal("cancelled", states[^1]);
        Assert.True(states.Count >= 3, string.Join(", ", states));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/problems")]
    [InlineData("GET", "/manifest")]
    [InlineData("GET", "/events")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/pause")]
    public async Task AnotherTenantsBatch_IsNotThere(string method, string path)
    {
        await using var api = await ApiServer.StartAsync(ApiServer.TwoKeys);
        var id = Guid.NewGuid();
        await api.AdmitBatchAsync(id, tenant: "acme");
        using var globex = api.ClientFor(ApiServer.GlobexKey);
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/v1/batches/{id}{path}");

        using var response = await globex.SendAsync(request);

        await AssertProblem.OfAsync(response, HttpStatusCode.NotFound);
        Assert.Equal((BatchState.Expanding, false), ((await api.Jobs.FindBatchAsync(id, default))!.State, (await api.Jobs.FindBatchAsync(id, default))!.Paused));
        using var list = await globex.GetAsync(new Uri("/v1/batches", UriKind.Relative));
        Assert.Empty((await ApiServer.JsonAsync(list))["batches"]!.AsArray());
    }

    private async Task<T> GetAsync<T>(string path)
    {
        using var response = await _api.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonSerializer.Deserialize<T>(await response.Content.ReadAsStringAsync(), ContractsJson.Options)!;
    }

    private Task<HttpResponseMessage> PostAsync(Guid id, string verb) =>
        _api.Client.PostAsync(new Uri($"/v1/batches/{id}/{verb}", UriKind.Relative), content: null);

    private async Task<GenerateImages> ReleaseOneAsync() =>
        Assert.Single(await _api.Jobs.ReleaseAsync("shapes", Lane.Bulk, 1, StoredJob.Day, TimeSpan.FromHours(1), default)).Message;

    private async Task<GenerateImages> CompleteOneAsync()
    {
        var work = await ReleaseOneAsync();
        var completed = new JobCompleted
        {
            JobId = work.JobId,
            Attempt = work.Attempt,
            WorkerId = "w1",
            At = DateTimeOffset.UtcNow,
            Images = [StoredJob.Record(work, 0, [1, 2, 3])],
        };
        await _api.Jobs.ApplyAsync([completed], new RetryPolicy(), StoredJob.Day, TimeSpan.FromHours(1), default);
        return work;
    }

    private async Task FailOneAsync(string reason)
    {
        var work = await ReleaseOneAsync();
        var failed = new JobFailed { JobId = work.JobId, Attempt = work.Attempt, WorkerId = "w1", ErrorClass = ErrorClass.Permanent, Reason = reason, At = DateTimeOffset.UtcNow };
        await _api.Jobs.ApplyAsync([failed], new RetryPolicy(), StoredJob.Day, TimeSpan.FromHours(1), default);
    }
}
