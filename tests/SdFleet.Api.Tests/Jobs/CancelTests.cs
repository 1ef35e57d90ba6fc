using System.Net;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;

namespace SdFleet.Api.Tests.Jobs;

public sealed class CancelTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiServer _api = shared.Api;

    [Fact]
    public async Task Cancel_Queued_IsCancelledAndStaysSoHoweverOften()
    {
        var id = Guid.NewGuid();
        await _api.AdmitAsync(StoredJob.Job(id));

        for (var time = 0; time < 2; time++)
        {
            using var response = await CancelAsync(_api.Client, id);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("cancelled", (await ApiServer.JsonAsync(response))["state"]!.GetValue<string>());
        }

        Assert.DoesNotContain(
            await _api.Jobs.ReleaseAsync("shapes", Lane.Normal, 1000, StoredJob.Day, TimeSpan.FromHours(1), default), r => r.Message.JobId == id);
    }

    [Fact]
    public async Task Cancel_Released_TellsTheWorkers()
    {
        var id = Guid.NewGuid();
        await _api.AdmitAsync(StoredJob.Job(id, lane: Lane.Bulk));
        var attempt = (await _api.Jobs.ReleaseAsync("shapes", Lane.Bulk, 1000, StoredJob.Day, TimeSpan.FromHours(1), default))
            .Single(r => r.Message.JobId == id).Message.Attempt;

        using var response = await CancelAsync(_api.Client, id);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await _api.Submissions.WaitForStopAsync(new HeldAttempt(id, attempt));
    }

    [Fact]
    public async Task Cancel_Completed_IsAConflictAndChangesNothing()
    {
        var id = Guid.NewGuid();
        await _api.CompleteAsync(StoredJob.Job(id), [1, 2, 3]);

        using var response = await CancelAsync(_api.Client, id);

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.Conflict);
        Assert.Contains("completed", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(JobState.Completed, (await _api.Jobs.FindJobAsync(id, default))!.State);
    }

    [Fact]
    public async Task Cancel_Unknown_IsNotFound()
    {
        using var response = await CancelAsync(_api.Client, Guid.NewGuid());
        await AssertProblem.OfAsync(response, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Cancel_AnotherTenantsJob_IsNotFoundAndGoesOn()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.TwoKeys);
        var id = Guid.NewGuid();
        await api.AdmitAsync(StoredJob.Job(id, tenant: "acme"));
        using var globex = api.ClientFor(ApiServer.GlobexKey);

        using var response = await CancelAsync(globex, id);

        await AssertProblem.OfAsync(response, HttpStatusCode.NotFound);
        Assert.Equal(JobState.Queued, (await api.Jobs.FindJobAsync(id, default))!.State);
    }

    private static Task<HttpResponseMessage> CancelAsync(HttpClient client, Guid id) =>
        client.PostAsync(new Uri($"/v1/jobs/{id}/cancel", UriKind.Relative), content: null);
}
