using System.Net;
using System.Net.Http.Json;
using SdFleet.Api.Tests.Batches;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Webhooks;
using SdFleet.JobStore;

namespace SdFleet.Api.Tests.Webhooks;

public sealed class WebhooksTests : IAsyncLifetime
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private ApiServer _api = null!;

    public async Task InitializeAsync() => _api = await ApiServer.StartAsync(new Dictionary<string, string?>(ApiServer.TwoKeys)
    {
        ["SdFleet:Webhooks:Tenants:acme:Secret"] = Secret,
    });

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Submit_AWebhook_GoesToTheCoordinatorAsItIs()
    {
        using var acme = _api.ClientFor(ApiServer.AcmeKey);
        var id = Guid.NewGuid();

        using var response = await _api.SubmitAsync(Job(id, "https://example.org/hooks?a=b", "failed", "completed"), client: acme);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var webhook = (await _api.Submissions.WaitForAsync(id)).Job.Webhook!;
        Assert.Equal("https://example.org/hooks?a=b", webhook.Url);
        Assert.Equal([WebhookEvent.Completed, WebhookEvent.Failed], webhook.Events!);
    }

    [Theory]
    [InlineData(ApiServer.GlobexKey, "https://example.org/", "webhook", "globex")]
    [InlineData(ApiServer.AcmeKey, "http://example.org/", "webhook.url", "AllowHttp")]
    [InlineData(ApiServer.AcmeKey, "https://192.168.1.1/", "webhook.url", "AllowPrivateAddresses")]
    [InlineData(ApiServer.AcmeKey, "example.org", "webhook.url", "absolute https URL")]
    public async Task Submit_WebhookThatIsNotAllowed_IsRefusedByItsField(string key, string url, string field, string reason)
    {
        using var client = _api.ClientFor(key);
        var id = Guid.NewGuid();
        using var put = await client.PutPartAsync(id, 0, BatchRequests.Source);

        using var job = await _api.SubmitAsync(Job(id, url), client: client);
        using var batch = await client.SubmitBatchAsync(new { id, parts = new[] { BatchRequests.PartOf(BatchRequests.Source) }, webhook = new { url } });

        foreach (var response in new[] { job, batch })
        {
            var error = Assert.Single((await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest))["errors"]!.AsArray())!;
            Assert.Equal(field, error["field"]!.GetValue<string>());
            Assert.Contains(reason, error["limit"]!.GetValue<string>(), StringComparison.Ordinal);
        }

        Assert.False(_api.Submissions.Has(id));
    }

    [Fact]
    public async Task Submit_ABatchWithAWebhook_GoesToTheCoordinator()
    {
        using var acme = _api.ClientFor(ApiServer.AcmeKey);
        var id = Guid.NewGuid();
        using var put = await acme.PutPartAsync(id, 0, BatchRequests.Source);

        using var response = await acme.SubmitBatchAsync(
            new { id, parts = new[] { BatchRequests.PartOf(BatchRequests.Source) }, webhook = new { url = "https://example.org/", events = new[] { "cancelled" } } });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var webhook = (await _api.Submissions.WaitForBatchAsync(id)).Webhook!;
        Assert.Equal("https://example.org/", webhook.Url);
        Assert.Equal([WebhookEvent.Cancelled], webhook.Events!);
    }

    [Fact]
    public async Task Submit_AgainWithAnotherWebhook_IsAConflict()
    {
        using var acme = _api.ClientFor(ApiServer.AcmeKey);
        var job = StoredJob.Job(Guid.NewGuid(), "acme") with { Webhook = new Webhook { Url = "https://example.org/one" } };
        await _api.AdmitAsync(job);
        string Body(string? url) =>
            $$$"""{"id":"{{{job.Id}}}","prompt":"a red circle","steps":20,"guidanceScale":7.5,"scheduler":"pndm"{{{(url is null ? "" : $",\"webhook\":{{\"url\":\"{url}\"}}")}}}}""";

        using var same = await _api.SubmitAsync(Body("https://example.org/one"), client: acme);
        using var other = await _api.SubmitAsync(Body("https://example.org/two"), client: acme);
        using var none = await _api.SubmitAsync(Body(url: null), client: acme);

        Assert.Equal(HttpStatusCode.Accepted, same.StatusCode);
        await AssertProblem.OfAsync(other, HttpStatusCode.Conflict);
        await AssertProblem.OfAsync(none, HttpStatusCode.Conflict);
        Assert.False(_api.Submissions.Has(job.Id));
    }

    [Fact]
    public async Task List_OfATenant_HasItsOwnInPagesAndByState()
    {
        using var acme = _api.ClientFor(ApiServer.AcmeKey);
        var ended = new[] { await EndAsync("acme"), await EndAsync("acme"), await EndAsync("acme") };
        await EndAsync("globex");
        await AbandonAsync("acme", max: 1);

        var first = (await acme.GetFromJsonAsync<WebhookListView>("/v1/webhooks?limit=2", ContractsJson.Options))!;
        var second = (await acme.GetFromJsonAsync<WebhookListView>($"/v1/webhooks?limit=2&before={first.Next}", ContractsJson.Options))!;
        var abandoned = (await acme.GetFromJsonAsync<WebhookListView>("/v1/webhooks?state=abandoned", ContractsJson.Options))!;

        Assert.Equal(ended.Reverse(), first.Webhooks.Concat(second.Webhooks).Select(w => w.SubjectId));
        Assert.Null(second.Next);
        var given = Assert.Single(abandoned.Webhooks);
        Assert.Equal((ended[0], WebhookState.Abandoned, "It answered 410."), (given.SubjectId, given.State, given.Error));
        foreach (var wrong in new[] { "limit=0", "limit=1001", "state=lost", "state=0" })
        {
            using var response = await acme.GetAsync(new Uri($"/v1/webhooks?{wrong}", UriKind.Relative));
            await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task Retry_WhatWasGivenUp_IsPendingAgainForItsTenantOnly()
    {
        using var acme = _api.ClientFor(ApiServer.AcmeKey);
        using var globex = _api.ClientFor(ApiServer.GlobexKey);
        await EndAsync("acme");
        var id = await AbandonAsync("acme", max: 1);

        using var stranger = await globex.PostAsync(new Uri($"/v1/webhooks/{id}/retry", UriKind.Relative), content: null);
        using var unknown = await acme.PostAsync(new Uri($"/v1/webhooks/{Guid.NewGuid()}/retry", UriKind.Relative), content: null);
        Assert.Equal(WebhookState.Abandoned, (await _api.Jobs.FindWebhookAsync(id, default))!.View.State);
        using var owner = await acme.PostAsync(new Uri($"/v1/webhooks/{id}/retry", UriKind.Relative), content: null);

        await AssertProblem.OfAsync(stranger, HttpStatusCode.NotFound);
        await AssertProblem.OfAsync(unknown, HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.OK, owner.StatusCode);
        var view = (await owner.Content.ReadFromJsonAsync<WebhookView>(ContractsJson.Options))!;
        Assert.Equal((id, WebhookState.Pending, 0), (view.Id, view.State, view.Failures));
    }

    [Fact]
    public async Task List_WithoutAKey_IsRefused()
    {
        using var list = await _api.Client.GetAsync(new Uri("/v1/webhooks", UriKind.Relative));
        using var retry = await _api.Client.PostAsync(new Uri($"/v1/webhooks/{Guid.NewGuid()}/retry", UriKind.Relative), content: null);

        await AssertProblem.OfAsync(list, HttpStatusCode.Unauthorized);
        await AssertProblem.OfAsync(retry, HttpStatusCode.Unauthorized);
    }

    private static string Job(Guid id, string url, params string[] events)
    {
        var only = events.Length == 0 ? "" : $",\"events\":[{string.Join(',', events.Select(e => $"\"{e}\""))}]";
        return $$$"""{"id":"{{{id}}}","prompt":"a red circle","webhook":{"url":"{{{url}}}"{{{only}}}}}""";
    }

    // A job with a webhook that has come to its end.
    private async Task<Guid> EndAsync(string tenant)
    {
        var job = StoredJob.Job(Guid.NewGuid(), tenant) with { Webhook = new Webhook { Url = "https://example.org/" } };
        await _api.AdmitAsync(job);
        await _api.Jobs.CancelAsync([job.Id], StoredJob.Day, default);
        return job.Id;
    }

    private async Task<Guid> AbandonAsync(string tenant, int max)
    {
        var claimed = await _api.Jobs.ClaimWebhooksAsync(new WebhookReceiver(tenant, "example.org:443"), max, StoredJob.Day, TimeSpan.FromMinutes(1), default);
        await _api.Jobs.RecordWebhooksAsync(
            [.. claimed.Select(c => new WebhookOutcome { Id = c.Id, Attempt = c.Attempt, State = WebhookState.Abandoned, IsFailure = true, Status = 410, Error = "It answered 410." })],
            StoredJob.Day,
            default);
        return Assert.Single(claimed).Id;
    }
}
