using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Coordinator.Tests.Webhooks;

/// <summary>Webhooks of submissions that come by the broker.</summary>
public sealed class AdmissionTests
{
    [Theory]
    [InlineData("acme", "https://example.org/", null)]
    [InlineData("globex", "https://example.org/", "webhook")]
    [InlineData("acme", "http://example.org/", "webhook.url")]
    [InlineData("acme", "https://10.0.0.1/", "webhook.url")]
    [InlineData("acme", "https://169.254.169.254/latest/meta-data/", "webhook.url")]
    [InlineData("acme", "nonsense", "webhook.url")]
    public async Task Submission_Webhook_IsTakenOrRefusedWithTheReason(string tenant, string url, string? field)
    {
        await using var fleet = await StartAsync();
        var id = Guid.NewGuid();

        await fleet.SendRawAsync($$$"""{"id":"{{{id}}}","tenant":"{{{tenant}}}","prompt":"p","webhook":{"url":"{{{url}}}"}}""");

        if (field is null)
        {
            await fleet.UntilReleasedAsync(1);
            Assert.Equal(url, (await fleet.Store.FindJobAsync(id, default))!.Webhook!.Url);
            return;
        }

        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!fleet.Rejected.IsEmpty), "a rejection");
        var rejection = Assert.Single(fleet.Rejected);
        Assert.Equal((id, field), (rejection.JobId, Assert.Single(rejection.Errors).Field));
        var stored = (await fleet.Store.FindJobAsync(id, default))!;
        Assert.Equal(JobState.Rejected, stored.State);
        Assert.Contains(field, stored.Error, StringComparison.Ordinal);
        Assert.Empty(fleet.Released);
    }

    [Fact]
    public async Task Submission_AgainWithAnotherWebhook_IsRejectedAndTheFirstStays()
    {
        await using var fleet = await StartAsync();
        var job = new SubmitJob { Id = Guid.NewGuid(), Tenant = "acme", Prompt = "p", Webhook = new Webhook { Url = "https://example.org/one" } };

        await fleet.Publisher.SubmitAsync(job, CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(1);
        await fleet.Publisher.SubmitAsync(job, CoordinatorFixture.Soon());
        await fleet.Publisher.SubmitAsync(job with { Webhook = new Webhook { Url = "https://example.org/two" } }, CoordinatorFixture.Soon());
        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!fleet.Rejected.IsEmpty), "a rejection");
        await Task.Delay(300);

        Assert.Equal("id", Assert.Single(Assert.Single(fleet.Rejected).Errors).Field);
        Assert.Equal("https://example.org/one", (await fleet.Store.FindJobAsync(job.Id!.Value, default))!.Webhook!.Url);
    }

    [Theory]
    [InlineData("globex", "https://example.org/", "webhook")]
    [InlineData("acme", "https://user:secret@example.org/", "webhook.url")]
    [InlineData("acme", "https://[::1]/", "webhook.url")]
    public async Task Batch_WebhookThatIsNotAllowed_IsPutAsideWithTheReason(string tenant, string url, string field)
    {
        await using var fleet = await StartAsync();
        var batch = new SubmitBatch
        {
            Id = Guid.NewGuid(),
            Tenant = tenant,
            Name = "prompts",
            Parts = [new BatchPart(1, 10, new string('0', 64))],
            Webhook = new Webhook { Url = url },
            SubmittedAt = DateTimeOffset.UtcNow,
        };

        await fleet.Publisher.SubmitAsync(batch, CoordinatorFixture.Soon());

        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!fleet.Rejected.IsEmpty), "a rejection");
        var rejection = Assert.Single(fleet.Rejected);
        Assert.Equal((batch.Id, field), (rejection.BatchId, Assert.Single(rejection.Errors).Field));
        Assert.Null(await fleet.Store.FindBatchAsync(batch.Id, default));
    }

    [Theory]
    [InlineData("SdFleet:Webhooks:Delivery:MaxAttempts", "0", "MaxAttempts is 0: 1 to 1000")]
    [InlineData("SdFleet:Webhooks:Delivery:Timeout", "00:10:00", "Timeout is 00:10:00")]
    [InlineData("SdFleet:Webhooks:Delivery:BaseDelay", "1.00:00:00", "BaseDelay is 1.00:00:00")]
    [InlineData("SdFleet:Webhooks:Tenants:acme:Secret", "secret", "SdFleet:Webhooks:Tenants:acme:Secret must be")]
    public async Task Start_WrongSetting_IsRefused(string key, string value, string complaint)
    {
        var refused = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => CoordinatorFixture.StartAsync((key, value)));

        Assert.Contains(complaint, refused.Message, StringComparison.Ordinal);
    }

    private static Task<CoordinatorFixture> StartAsync() => CoordinatorFixture.StartAsync(("SdFleet:Webhooks:Tenants:acme:Secret", WebhookFixture.Secret));
}
