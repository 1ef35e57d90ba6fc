using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;

namespace SdFleet.Api.Tests.Fleet;

public sealed class PauseTests
{
    [Fact]
    public async Task Pause_AModel_HoldsItUntilItIsResumed()
    {
        await using var api = await ApiServer.StartAsync();
        await api.AdmitAsync(StoredJob.Job(Guid.NewGuid()));

        using var paused = await PostAsync(api.Client, "/v1/models/shapes/pause");

        Assert.Equal(HttpStatusCode.OK, paused.StatusCode);
        var view = await ApiServer.JsonAsync(paused);
        Assert.Equal(("shapes", true, 1), (view["spec"]!["name"]!.GetValue<string>(), view["paused"]!.GetValue<bool>(), view["queued"]!.GetValue<int>()));
        Assert.Empty(await ReleaseAsync(api));
        Assert.True(Assert.Single((await api.Client.GetFromJsonAsync<JsonArray>("/v1/models"))!)!["paused"]!.GetValue<bool>());

        using var resumed = await PostAsync(api.Client, "/v1/models/shapes/resume");
        Assert.False((await ApiServer.JsonAsync(resumed))["paused"]!.GetValue<bool>());
        Assert.Single(await ReleaseAsync(api));
    }

    [Fact]
    public async Task Pause_AnUnknownModel_IsNotFoundAndNamesThoseThatAre()
    {
        await using var api = await ApiServer.StartAsync();

        using var response = await PostAsync(api.Client, "/v1/models/shaeps/pause");

        Assert.Contains("shapes", (await AssertProblem.OfAsync(response, HttpStatusCode.NotFound))["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty(await api.Jobs.ListPausedModelsAsync(default));
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    public async Task Pause_AModelWithATenantsKey_IsForbidden(string verb)
    {
        await using var api = await ApiServer.StartAsync(ApiServer.KeysAndOperator);
        await api.Jobs.PauseModelAsync("shapes", paused: verb == "resume", default);
        var before = await api.Jobs.ListPausedModelsAsync(default);
        using var acme = api.ClientFor(ApiServer.AcmeKey);

        using var response = await PostAsync(acme, $"/v1/models/shapes/{verb}");

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.Forbidden);
        Assert.Contains("SdFleet:ApiKeys:Keys:NAME:Operator", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(before, await api.Jobs.ListPausedModelsAsync(default));
    }

    [Fact]
    public async Task Pause_AModelWithAnOperatorsKey_IsDoneAndLogged()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.KeysAndOperator);
        using var operations = api.ClientFor(ApiServer.OperatorKey);

        using var response = await PostAsync(operations, "/v1/models/shapes/pause");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["shapes"], await api.Jobs.ListPausedModelsAsync(default));
        Assert.Contains(api.Logs.Lines, line => line.Contains("Model shapes was paused by three", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pause_OwnTenant_HoldsItsJobsAndNobodyElses()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.KeysAndOperator);
        await api.AdmitAsync(StoredJob.Job(Guid.NewGuid(), tenant: "acme"));
        await api.AdmitAsync(StoredJob.Job(Guid.NewGuid(), tenant: "globex"));
        using var acme = api.ClientFor(ApiServer.AcmeKey);

        using var paused = await PostAsync(acme, "/v1/tenants/acme/pause");

        Assert.Equal(new JsonObject { ["tenant"] = "acme", ["queued"] = 1, ["inFlight"] = 0, ["paused"] = true, ["pausedByOperator"] = false }.ToJsonString(), (await ApiServer.JsonAsync(paused)).ToJsonString());
        Assert.Equal("globex", Assert.Single(await ReleaseAsync(api)).Message.Tenant);
        using var resumed = await PostAsync(acme, "/v1/tenants/acme/resume");
        Assert.False((await ApiServer.JsonAsync(resumed))["paused"]!.GetValue<bool>());
        Assert.Equal("acme", Assert.Single(await ReleaseAsync(api)).Message.Tenant);
    }

    [Fact]
    public async Task Pause_AnotherTenant_IsNotThereWhetherItIsOrNot()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.KeysAndOperator);
        await api.AdmitAsync(StoredJob.Job(Guid.NewGuid(), tenant: "globex"));
        using var acme = api.ClientFor(ApiServer.AcmeKey);

        using var there = await PostAsync(acme, "/v1/tenants/globex/pause");
        using var absent = await PostAsync(acme, "/v1/tenants/initech/pause");

        var (one, other) = (await AssertProblem.OfAsync(there, HttpStatusCode.NotFound), await AssertProblem.OfAsync(absent, HttpStatusCode.NotFound));
        Assert.Equal(one["detail"]!.GetValue<string>(), other["detail"]!.GetValue<string>().Replace("initech", "globex", StringComparison.Ordinal));
        Assert.False((await api.Jobs.FindTenantAsync("globex", default)).Paused);
    }

    [Fact]
    public async Task Resume_ATenantThatAnOperatorPaused_IsTheOperators()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.KeysAndOperator);
        using var acme = api.ClientFor(ApiServer.AcmeKey);
        using var operations = api.ClientFor(ApiServer.OperatorKey);
        using var paused = await PostAsync(operations, "/v1/tenants/acme/pause");
        Assert.True((await ApiServer.JsonAsync(paused))["pausedByOperator"]!.GetValue<bool>());

        using var refused = await PostAsync(acme, "/v1/tenants/acme/resume");
        await AssertProblem.OfAsync(refused, HttpStatusCode.Conflict);
        Assert.True((await api.Jobs.FindTenantAsync("acme", default)).Paused);

        using var resumed = await PostAsync(operations, "/v1/tenants/acme/resume");
        Assert.Equal(HttpStatusCode.OK, resumed.StatusCode);
        Assert.False((await api.Jobs.FindTenantAsync("acme", default)).Paused);
    }

    [Fact]
    public async Task List_Tenants_AreAllToOperatorsAndOneselfToOthers()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.KeysAndOperator);
        await api.AdmitAsync(StoredJob.Job(Guid.NewGuid(), tenant: "acme"));
        await api.AdmitAsync(StoredJob.Job(Guid.NewGuid(), tenant: "initech"));
        using var globex = api.ClientFor(ApiServer.GlobexKey);
        using var operations = api.ClientFor(ApiServer.OperatorKey);

        Assert.Equal(["globex"], await TenantsAsync(globex));
        Assert.Equal(["acme", "initech"], await TenantsAsync(operations));
    }

    [Fact]
    public async Task Pause_ATenantWithoutKeys_MayBeAnyOnThisMachine()
    {
        await using var api = await ApiServer.StartAsync();

        using var paused = await PostAsync(api.Client, "/v1/tenants/acme/pause");
        using var wrong = await PostAsync(api.Client, "/v1/tenants/ACME/pause");

        Assert.True((await ApiServer.JsonAsync(paused))["pausedByOperator"]!.GetValue<bool>());
        Assert.Contains("a-z", (await AssertProblem.OfAsync(wrong, HttpStatusCode.BadRequest))["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(["acme"], await TenantsAsync(api.Client));
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path) => client.PostAsync(new Uri(path, UriKind.Relative), content: null);

    private static async Task<IEnumerable<string>> TenantsAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonArray>("/v1/tenants"))!.Select(t => t!["tenant"]!.GetValue<string>());

    private static Task<IReadOnlyList<ReleasedJob>> ReleaseAsync(ApiServer api) =>
        api.Jobs.ReleaseAsync("shapes", Lane.Normal, 10, StoredJob.Day, TimeSpan.FromHours(1), default);
}
