using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts.Identity;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Api.Tests.Batches;

public sealed class BatchUploadTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiServer _api = shared.Api;

    [Fact]
    public async Task Put_PartTwice_IsMadeOnceAndListed()
    {
        var id = Guid.NewGuid();

        using var first = await _api.Client.PutPartAsync(id, 3, BatchRequests.Source, digestOf: BatchRequests.Source);
        using var second = await _api.Client.PutPartAsync(id, 3, BatchRequests.Source, type: "application/x-ndjson");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        var part = await ApiServer.JsonAsync(second);
        var expected = BatchRequests.PartOf(BatchRequests.Source);
        Assert.Equal(
            (3, expected.Lines, expected.Bytes, expected.Sha256),
            (part["number"]!.GetValue<int>(), part["lines"]!.GetValue<long>(), part["bytes"]!.GetValue<long>(), part["sha256"]!.GetValue<string>()));
        using var list = await _api.Client.GetAsync(new Uri($"/v1/batches/{id}/parts", UriKind.Relative));
        var listed = Assert.Single((await ApiServer.JsonAsync(list))["parts"]!.AsArray())!;
        Assert.Equal(
            (3, expected.Bytes, expected.Sha256), (listed["number"]!.GetValue<int>(), listed["bytes"]!.GetValue<long>(), listed["sha256"]!.GetValue<string>()));
        Assert.NotNull(await _api.Artifacts.FindAsync(ArtifactName.ForBatchPart("default", id, 3), default));
    }

    // A folder of many gigabytes is not read within the time that a client waits for its answer.
    [Fact]
    public async Task List_ADigestThatIsNotToBeHadInTime_IsLeftOut()
    {
        SlowStore slow = null!;
        await using var api = await ApiServer.StartAsync(
            before: builder => builder.Services.AddSingleton<TimeProvider>(new HastyClock()),
            after: services =>
            {
                var store = services.Single(s => s.ServiceType == typeof(IArtifactStore));
                services.Remove(store);
                services.AddSingleton(provider =>
                {
                    (var slowly, slow) = SlowStore.Around((IArtifactStore)store.ImplementationFactory!(provider));
                    return slowly;
                });
            });
        var id = Guid.NewGuid();
        using var first = await api.Client.PutPartAsync(id, 0, BatchRequests.Source);
        using var second = await api.Client.PutPartAsync(id, 1, BatchRequests.Source);
        slow.Slow = ArtifactName.ForBatchPart("default", id, 1);

        using var list = await api.Client.GetAsync(new Uri($"/v1/batches/{id}/parts", UriKind.Relative));

        var part = BatchRequests.PartOf(BatchRequests.Source);
        (int, long, string?)[] expected = [(0, part.Bytes, part.Sha256), (1, part.Bytes, null)];
        Assert.Equal(
            expected,
            (await ApiServer.JsonAsync(list))["parts"]!.AsArray().Select(p => (p!["number"]!.GetValue<int>(), p["bytes"]!.GetValue<long>(), p["sha256"]?.GetValue<string>())));
    }

    [Fact]
    public async Task Put_AnotherPartUnderItsNumber_IsAConflictAndChangesNothing()
    {
        var id = Guid.NewGuid();
        using var first = await _api.Client.PutPartAsync(id, 0, BatchRequests.Source);

        using var second = await _api.Client.PutPartAsync(id, 0, "{\"prompt\":\"three\"}\n");

        await AssertProblem.OfAsync(second, HttpStatusCode.Conflict);
        Assert.Equal(BatchRequests.PartOf(BatchRequests.Source).Sha256, (await _api.Artifacts.FindAsync(ArtifactName.ForBatchPart("default", id, 0), default))!.Sha256);
    }

    [Theory]
    [InlineData("x\n", "text/plain", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("", "application/jsonl", null, HttpStatusCode.BadRequest)]
    [InlineData("x\n", "application/jsonl", "y\n", HttpStatusCode.BadRequest)]
    public async Task Put_WrongPart_IsRefusedAndNotStored(string source, string type, string? digestOf, HttpStatusCode status)
    {
        var id = Guid.NewGuid();

        using var response = await _api.Client.PutPartAsync(id, 0, source, type, digestOf);

        await AssertProblem.OfAsync(response, status);
        Assert.Null(await _api.Artifacts.FindAsync(ArtifactName.ForBatchPart("default", id, 0), default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Put_PartThatIsTooLong_IsRefusedWithTheLimit(bool hasLength)
    {
        using var content = new ByteArrayContent(new byte[(8 * 1024 * 1024) + 1]);
        content.Headers.ContentType = new("application/jsonl");
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/batches/{Guid.NewGuid()}/parts/0") { Content = content };
        request.Headers.TransferEncodingChunked = !hasLength;

        using var response = await _api.Client.SendAsync(request);

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.RequestEntityTooLarge);
        Assert.Contains("8388608", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_UploadedBatch_GoesToTheCoordinatorWhole()
    {
        var id = Guid.NewGuid();
        var part = BatchRequests.PartOf(BatchRequests.Source);
        using var put = await _api.Client.PutPartAsync(id, 0, BatchRequests.Source);

        using var response = await _api.Client.SubmitBatchAsync(
            new { id, name = "mine", description = "words", parts = new[] { part }, defaults = new { steps = 5, negativePrompt = "blur" }, maxBadLines = 2 });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"/v1/batches/{id}", response.Headers.Location!.OriginalString);
        var batch = await _api.Submissions.WaitForBatchAsync(id);
        Assert.Equal(("mine", "words", "default", 2L, 5, "blur"), (batch.Name, batch.Description, batch.Tenant, batch.MaxBadLines, batch.Defaults.Steps, batch.Defaults.NegativePrompt));
        Assert.Equal([part], batch.Parts);
    }

    [Fact]
    public async Task Submit_EveryFault_IsNamed()
    {
        using var response = await _api.Client.SubmitBatchAsync(new
        {
            id = "seven",
            name = "",
            parts = new object[] { new { lines = 0, bytes = 1, sha256 = "x" }, 5 },
            defaults = new { id = Guid.NewGuid(), steps = 0, stepz = 1 },
            maxBadLines = -1,
            colour = "red",
        });

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(
            ["colour", "defaults.id", "defaults.steps", "defaults.stepz", "id", "maxBadLines", "name", "parts[0].lines", "parts[0].sha256", "parts[1]"],
            problem["errors"]!.AsArray().Select(e => e!["field"]!.GetValue<string>()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"steps":51}""", "defaults.steps")]
    [InlineData("""{"model":"other"}""", "defaults.model")]
    [InlineData("""{"width":64,"height":64}""", "defaults.width")]
    [InlineData("""{"schedulerSettings":{"eta":2}}""", "defaults.schedulerSettings.eta")]
    [InlineData("""{"scheduler":"euler","schedulerSettings":{"useKarrasSigmas":true}}""", "defaults.schedulerSettings.useKarrasSigmas")]
    public async Task Submit_DefaultsThatTheModelForbids_AreRefused(string defaults, string field)
    {
        var id = Guid.NewGuid();
        using var put = await _api.Client.PutPartAsync(id, 0, BatchRequests.Source);

        using var response = await _api.Client.SubmitBatchAsync(new { id, parts = new[] { BatchRequests.PartOf(BatchRequests.Source) }, defaults = JsonNode.Parse(defaults) });

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["field"]!.GetValue<string>() == field);
    }

    [Fact]
    public async Task Submit_PartsThatAreNotThere_AreNamed()
    {
        var id = Guid.NewGuid();
        using var put = await _api.Client.PutPartAsync(id, 0, BatchRequests.Source);
        var part = BatchRequests.PartOf(BatchRequests.Source);

        using var second = await _api.Client.PutPartAsync(id, 1, BatchRequests.Source + BatchRequests.Source);

        using var response = await _api.Client.SubmitBatchAsync(new { id, parts = new[] { part, part, part } });

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(["parts[1]", "parts[2]"], problem["errors"]!.AsArray().Select(e => e!["field"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(long.MaxValue, 100, "parts[0].lines")]
    [InlineData(101, 100, "parts[0].lines")]
    [InlineData(1, 16 * 1024 * 1024 + 1, "parts[0].bytes")]
    public async Task Submit_PartOfImpossibleSize_IsRefused(long lines, long bytes, string field)
    {
        var part = BatchRequests.PartOf(BatchRequests.Source) with { Lines = lines, Bytes = bytes };

        using var response = await _api.Client.SubmitBatchAsync(new { id = Guid.NewGuid(), parts = new[] { part, part } });

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal([field, field.Replace('0', '1')], problem["errors"]!.AsArray().Select(e => e!["field"]!.GetValue<string>()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Submit_KnownBatch_IsAcceptedWhereItIsTheSame()
    {
        var id = Guid.NewGuid();
        using var first = await _api.Client.UploadAndSubmitAsync(id);
        var batch = await _api.Submissions.WaitForBatchAsync(id);
        await _api.Jobs.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = StoredJob.Day }, default);

        using var same = await _api.Client.UploadAndSubmitAsync(id);
        using var other = await _api.Client.UploadAndSubmitAsync(id, name: "another");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, same.StatusCode));
        Assert.Null((await ApiServer.JsonAsync(first))["state"]);
        Assert.Equal("expanding", (await ApiServer.JsonAsync(same))["state"]!.GetValue<string>());
        await AssertProblem.OfAsync(other, HttpStatusCode.Conflict);
        await _api.Jobs.CancelBatchAsync(id, StoredJob.Day, default);
        using var over = await _api.Client.UploadAndSubmitAsync(id);
        Assert.Equal("cancelled", (await ApiServer.JsonAsync(over))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Put_StrangersPart_DoesNotStandInAnothersWay()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.TwoKeys);
        var id = Guid.NewGuid();
        using var acme = api.ClientFor(ApiServer.AcmeKey);
        using var globex = api.ClientFor(ApiServer.GlobexKey);
        using var strangers = await globex.PutPartAsync(id, 0, "{\"prompt\":\"rubbish\"}\n");

        using var submitted = await acme.UploadAndSubmitAsync(id);

        Assert.Equal(HttpStatusCode.Accepted, submitted.StatusCode);
        Assert.Equal("acme", (await api.Submissions.WaitForBatchAsync(id)).Tenant);
    }
}
