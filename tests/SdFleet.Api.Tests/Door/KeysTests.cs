using System.Net;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts.Identity;

namespace SdFleet.Api.Tests.Door;

public sealed class KeysTests : IAsyncLifetime
{
    private ApiServer _api = null!;

    public async Task InitializeAsync() => _api = await ApiServer.StartAsync(ApiServer.TwoKeys);

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [InlineData("GET", "/v1/models")]
    [InlineData("POST", "/v1/models/shapes/pause")]
    [InlineData("GET", "/v1/workers")]
    [InlineData("GET", "/v1/tenants")]
    [InlineData("POST", "/v1/tenants/acme/resume")]
    [InlineData("POST", "/v1/jobs")]
    [InlineData("GET", "/v1/jobs/0f8fad5b-d9cb-469f-a165-70867728950e")]
    [InlineData("GET", "/v1/jobs/0f8fad5b-d9cb-469f-a165-70867728950e/images/0")]
    [InlineData("GET", "/v1/batches")]
    [InlineData("POST", "/v1/batches")]
    [InlineData("PUT", "/v1/batches/0f8fad5b-d9cb-469f-a165-70867728950e/parts/0")]
    [InlineData("POST", "/v1/batches/0f8fad5b-d9cb-469f-a165-70867728950e/cancel")]
    [InlineData("GET", "/v1/batches/0f8fad5b-d9cb-469f-a165-70867728950e/manifest")]
    [InlineData("GET", "/v1/nothing")]
    public async Task Request_NoKey_IsChallenged(string method, string path)
    {
        using var response = await SendAsync(_api.Client, method, path);

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.Unauthorized);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.DoesNotContain("invalid_token", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Contains("X-Api-Key", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_UnknownKey_IsChallengedAsSuch()
    {
        using var client = _api.ClientFor("not-a-key");
        using var response = await SendAsync(client, "GET", "/v1/models");

        await AssertProblem.OfAsync(response, HttpStatusCode.Unauthorized);
        Assert.Contains("invalid_token", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_KeyInItsOwnHeader_IsTaken()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("X-Api-Key", ApiServer.AcmeKey);
        using var response = await _api.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Request_NoKey_OpenPathsAnswer(string path)
    {
        using var response = await SendAsync(_api.Client, "GET", path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Submit_KeyOfATenant_IsThatTenantsJob()
    {
        using var acme = _api.ClientFor(ApiServer.AcmeKey);
        using var globex = _api.ClientFor(ApiServer.GlobexKey);
        using var first = await _api.SubmitAsync("""{"prompt":"p"}""", "same-key", acme);
        using var second = await _api.SubmitAsync("""{"prompt":"p"}""", "same-key", globex);

        var acmeJob = (await _api.Submissions.WaitForAsync(DerivedId.FromIdempotencyKey("acme", "same-key"))).Job;
        var globexJob = (await _api.Submissions.WaitForAsync(DerivedId.FromIdempotencyKey("globex", "same-key"))).Job;
        Assert.Equal(("acme", "globex"), (acmeJob.Tenant, globexJob.Tenant));
    }

    [Fact]
    public async Task Get_AnotherTenantsJob_IsNotThere()
    {
        using var acme = _api.ClientFor(ApiServer.AcmeKey);
        using var globex = _api.ClientFor(ApiServer.GlobexKey);
        var id = Guid.NewGuid();
        await _api.CompleteAsync(StoredJob.Job(id, tenant: "acme"), [1]);

        foreach (var path in new[] { $"/v1/jobs/{id}", $"/v1/jobs/{id}/images/0" })
        {
            using var own = await SendAsync(acme, "GET", path);
            using var others = await SendAsync(globex, "GET", path);
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (own.StatusCode, others.StatusCode));
        }

        // Word for word what a job that was never there gets.
        using var hidden = await SendAsync(globex, "GET", $"/v1/jobs/{id}");
        var none = Guid.NewGuid();
        using var absent = await SendAsync(globex, "GET", $"/v1/jobs/{none}");
        Assert.Equal(
            (await ApiServer.JsonAsync(absent))["detail"]!.GetValue<string>().Replace(none.ToString(), id.ToString(), StringComparison.Ordinal),
            (await ApiServer.JsonAsync(hidden))["detail"]!.GetValue<string>());
    }

    [Fact]
    public async Task Submit_AnotherTenantsId_IsAConflictThatSaysNothingOfIt()
    {
        using var globex = _api.ClientFor(ApiServer.GlobexKey);
        var id = Guid.NewGuid();
        await _api.AdmitAsync(StoredJob.Job(id, tenant: "acme"));
        using var response = await _api.SubmitAsync($$"""{"id":"{{id}}","prompt":"a red circle"}""", client: globex);

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.Conflict);
        Assert.DoesNotContain("acme", problem.ToJsonString(), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        return await client.SendAsync(request);
    }
}
