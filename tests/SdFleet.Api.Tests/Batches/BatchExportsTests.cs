using System.Net;
using System.Text;
using System.Text.Json;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;

namespace SdFleet.Api.Tests.Batches;

public sealed class BatchExportsTests : IAsyncLifetime
{
    private readonly Guid _batch = Guid.NewGuid();
    private ApiServer _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiServer.StartAsync();
        await _api.AdmitBatchAsync(_batch);
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Export_AskedFor_IsAcceptedAndShown()
    {
        using var response = await PostAsync("{\"format\":\"webDataset\",\"linesPerShard\":10,\"license\":\"cc0-1.0\"}");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"/v1/batches/{_batch}/exports/webdataset", response.Headers.Location!.OriginalString);
        var accepted = await ReadAsync<ExportView>(response);
        Assert.Equal((_batch, "webdataset", DatasetFormat.WebDataset, ExportState.Planning), (accepted.BatchId, accepted.Name, accepted.Format, accepted.State));
        Assert.Equal(Path.Combine(_api.Folder, "artifacts", $"batches/{_batch}/exports/webdataset"), accepted.Place);
        using var found = await _api.Client.GetAsync(response.Headers.Location);
        Assert.Equal(accepted, await ReadAsync<ExportView>(found));
        using var listed = await _api.Client.GetAsync(Route());
        Assert.Equal([accepted], (await ReadAsync<ExportListView>(listed)).Exports);
    }

    [Fact]
    public async Task Export_Again_IsTheSame_AndAnotherUnderItsNameIsAConflict()
    {
        using var first = await PostAsync("{\"format\":\"parquet\"}");
        using var again = await PostAsync("{\"format\":\"parquet\"}");
        using var other = await PostAsync("{\"format\":\"webDataset\",\"name\":\"parquet\"}");
        using var beside = await PostAsync("{\"format\":\"webDataset\",\"name\":\"set-2\"}");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, again.StatusCode, beside.StatusCode));
        await AssertProblem.OfAsync(other, HttpStatusCode.Conflict);
        Assert.Equal(["parquet", "set-2"], (await _api.Jobs.ListExportsAsync(_batch, default)).Select(e => e.Name));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("{\"format\":\"csv\"}")]
    [InlineData("{\"format\":\"webDataset\",\"name\":\"../x\"}")]
    [InlineData("{\"format\":\"webDataset\",\"name\":\"\"}")]
    [InlineData("{\"format\":\"webDataset\",\"name\":\"set\\n\"}")]
    [InlineData("{\"format\":\"webDataset\",\"linesPerShard\":0}")]
    [InlineData("{\"format\":\"webDataset\",\"shardBytes\":10}")]
    [InlineData("{\"format\":\"webDataset\",\"title\":\"a\\nb\"}")]
    public async Task Export_ThatIsNotInOrder_IsRefused(string body)
    {
        using var response = await PostAsync(body);

        await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        Assert.Empty(await _api.Jobs.ListExportsAsync(_batch, default));
    }

    [Fact]
    public async Task Export_OfTooManyShards_IsRefusedWithTheLeastThatGoes()
    {
        var big = Guid.NewGuid();
        await _api.AdmitBatchAsync(big, lines: 20_001);

        using var refused = await PostAsync("{\"format\":\"parquet\",\"linesPerShard\":2}", batch: big);
        using var accepted = await PostAsync("{\"format\":\"parquet\",\"linesPerShard\":3}", batch: big);

        await AssertProblem.OfAsync(refused, HttpStatusCode.BadRequest);
        var text = await refused.Content.ReadAsStringAsync();
        Assert.Contains("linesPerShard", text, StringComparison.Ordinal);
        Assert.Contains("at least 3, as the batch has 20001 lines and an export at most 10000 shards", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
    }

    [Fact]
    public async Task Export_Cancelled_SaysWhatIsWritten_AndIsNotCompletedAnyMore()
    {
        using var asked = await PostAsync("{\"format\":\"parquet\"}");

        using var cancelled = await _api.Client.PostAsync(Route("/parquet/cancel"), content: null);
        using var again = await _api.Client.PostAsync(Route("/parquet/cancel"), content: null);
        using var unknown = await _api.Client.PostAsync(Route("/no-such/cancel"), content: null);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (cancelled.StatusCode, again.StatusCode));
        var view = await ReadAsync<ExportView>(cancelled);
        Assert.Equal((ExportState.Cancelled, "Cancelled before a shard was written."), (view.State, view.Error));
        Assert.Equal(view, await ReadAsync<ExportView>(again));
        await AssertProblem.OfAsync(unknown, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Cancel_OfAnExportThatHasFailed_IsAConflict()
    {
        using var asked = await PostAsync("{\"format\":\"parquet\"}");
        var step = (await _api.Jobs.ClaimExportStepAsync(DateTimeOffset.MaxValue.AddDays(-1), TimeSpan.FromHours(1), default))!;
        await _api.Jobs.ReturnExportStepAsync(step, "no such place", nextAttemptAt: null, DateTimeOffset.UnixEpoch, default);

        using var refused = await _api.Client.PostAsync(Route("/parquet/cancel"), content: null);

        await AssertProblem.OfAsync(refused, HttpStatusCode.Conflict);
        Assert.Contains("is failed already", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("azure://datasets/acme", true)]
    [InlineData("azure://datasets/acme/shapes-1", true)]
    [InlineData("/srv/datasets/shapes", true)]
    [InlineData("azure://datasets/globex/shapes", false)]
    [InlineData("azure://datasets/acmes", false)]
    [InlineData("azure://datasets/acme/../globex", false)]
    [InlineData("azure://other/acme", false)]
    [InlineData("/srv/datasets-2", false)]
    [InlineData("/srv/datasets/../x", false)]
    [InlineData("", false)]
    public async Task Export_ToAPlace_IsTakenWhereItIsAllowed(string place, bool isAllowed)
    {
        await using var api = await ApiServer.StartAsync(new Dictionary<string, string?>(ApiServer.TwoKeys)
        {
            ["SdFleet:Artifacts:ConnectionString"] = "UseDevelopmentStorage=true",
            ["SdFleet:Artifacts:ExportPlaces:0"] = "azure://datasets/{tenant}",
            ["SdFleet:Artifacts:ExportPlaces:1"] = "/srv/datasets/",
        });
        await api.AdmitBatchAsync(_batch, tenant: "acme");
        using var acme = api.ClientFor(ApiServer.AcmeKey);

        using var response = await PostAsync(JsonSerializer.Serialize(new { format = "parquet", place }), acme);

        if (isAllowed)
        {
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            Assert.Equal(place, (await ReadAsync<ExportView>(response)).Place);
        }
        else
        {
            await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
            Assert.Contains("azure://datasets/acme or /srv/datasets, or a place below it", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Export_ToThePlaceOfAnotherThatIsUnderway_IsAConflictUntilThatHasEnded()
    {
        await using var api = await ApiServer.StartAsync(new Dictionary<string, string?>(ApiServer.TwoKeys) { ["SdFleet:Artifacts:ExportPlaces:0"] = "/srv/datasets" });
        await api.AdmitBatchAsync(_batch, tenant: "acme");
        using var acme = api.ClientFor(ApiServer.AcmeKey);
        const string First = "{\"format\":\"parquet\",\"place\":\"/srv/datasets/a\"}";
        const string Second = "{\"format\":\"parquet\",\"name\":\"second\",\"place\":\"/srv/datasets/a\"}";

        using var first = await PostAsync(First, acme);
        using var again = await PostAsync(First, acme);
        using var elsewhere = await PostAsync(Second.Replace("/a\"", "/b\"", StringComparison.Ordinal).Replace("second", "third", StringComparison.Ordinal), acme);
        using var refused = await PostAsync(Second, acme);
        using var cancelled = await acme.PostAsync(Route("/parquet/cancel"), content: null);
        using var second = await PostAsync(Second, acme);
        using var late = await PostAsync(First, acme);

        Assert.All(new[] { first, again, elsewhere, second }, r => Assert.Equal(HttpStatusCode.Accepted, r.StatusCode));
        await AssertProblem.OfAsync(refused, HttpStatusCode.Conflict);
        Assert.Contains("Export parquet of the batch is being written to that place.", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        await AssertProblem.OfAsync(late, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Export_ToAnAddressWithAKey_DoesNotRepeatIt()
    {
        using var response = await PostAsync("{\"format\":\"parquet\",\"place\":\"https://account.blob.core.windows.net/datasets?sig=topsecret\"}");

        await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        var text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("topsecret", text, StringComparison.Ordinal);
        Assert.Contains("allows no other place", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exports_OfAnotherTenantsBatch_AreNotThere()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.TwoKeys);
        await api.AdmitBatchAsync(_batch, tenant: "acme");
        using var globex = api.ClientFor(ApiServer.GlobexKey);
        using var acme = api.ClientFor(ApiServer.AcmeKey);

        using var refused = await PostAsync("{\"format\":\"parquet\"}", globex);
        using var allowed = await PostAsync("{\"format\":\"parquet\"}", acme);
        using var hidden = await globex.GetAsync(Route());
        using var hiddenOne = await globex.GetAsync(Route("/parquet"));
        using var unknown = await acme.GetAsync(Route("/no-such"));
        using var notCancelled = await globex.PostAsync(Route("/parquet/cancel"), content: null);

        Assert.Equal(HttpStatusCode.Accepted, allowed.StatusCode);
        foreach (var response in new[] { refused, hidden, hiddenOne, unknown, notCancelled })
        {
            await AssertProblem.OfAsync(response, HttpStatusCode.NotFound);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response) =>
        JsonSerializer.Deserialize<T>(await response.Content.ReadAsStringAsync(), ContractsJson.Options)!;

    private Uri Route(string rest = "") => new($"/v1/batches/{_batch}/exports{rest}", UriKind.Relative);

    private async Task<HttpResponseMessage> PostAsync(string body, HttpClient? client = null, Guid? batch = null)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await (client ?? _api.Client).PostAsync(batch is null ? Route() : new Uri($"/v1/batches/{batch}/exports", UriKind.Relative), content);
    }
}
