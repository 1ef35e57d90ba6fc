using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.JobStore.Tests;

public abstract class WebhookTests(JobStoreKind kind) : StoreTests(kind)
{
    private const string Url = "https://example.org/hooks?a=b";

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(40);
    private static readonly WebhookReceiver Receiver = new("acme", "example.org:443");

    [Fact]
    public async Task Admit_AWebhook_IsKeptWithItsJob()
    {
        var webhook = new Webhook { Url = Url, Events = [WebhookEvent.Failed] };
        var id = await AdmitAsync(webhook);

        var stored = (await FindAsync(id)).Webhook!;

        Assert.Equal(Url, stored.Url);
        Assert.Equal([WebhookEvent.Failed], stored.Events!);
        Assert.Null((await FindAsync(await AdmitAsync(webhook: null))).Webhook);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Admit_TheSameJobWithAnotherWebhook_IsAnotherJob()
    {
        var job = Samples.Job(webhook: new Webhook { Url = Url });
        await Store.AdmitAsync([job], default);

        var outcomes = await Store.AdmitAsync([job, Samples.Job(job.Job.Id, webhook: new Webhook { Url = Url + "c" }), Samples.Job(job.Job.Id)], default);

        Assert.Equal([AdmitResult.Duplicate, AdmitResult.Conflict, AdmitResult.Conflict], outcomes.Select(o => o.Result));
    }

    [Fact]
    public async Task Completed_AJob_IsToldOnceHoweverOftenItIsReported()
    {
        var id = await RunningAsync(new Webhook { Url = Url });
        Assert.Empty(await ListAsync());

        await ApplyAsync(Samples.Completed(id));
        await ApplyAsync(Samples.Completed(id));
        await ApplyAsync(Samples.Failed(id));
        await Store.CancelAsync([id], Now, default);

        var told = Assert.Single(await ListAsync());
        Assert.Equal((DerivedId.ForWebhook(WebhookSubject.Job, id), "acme", WebhookSubject.Job, id), (told.Id, told.Tenant, told.Subject, told.SubjectId));
        Assert.Equal((WebhookEvent.Completed, Url, WebhookState.Pending, 0, 0), (told.Event, told.Url, told.State, told.Attempts, told.Failures));
        Assert.Equal((Now, (DateTimeOffset?)Now, null, null, null), (told.CreatedAt, told.NextAttemptAt, told.EndedAt, told.Status, told.Error));
    }

    // Each way in which a job can come to an end.
    [Theory]
    [InlineData("completed", WebhookEvent.Completed)]
    [InlineData("permanent", WebhookEvent.Failed)]
    [InlineData("failures", WebhookEvent.Failed)]
    [InlineData("leases", WebhookEvent.Failed)]
    [InlineData("cancelled", WebhookEvent.Cancelled)]
    public async Task End_OfAJob_IsTold(string way, WebhookEvent expected)
    {
        var id = await AdmitAsync(new Webhook { Url = Url });
        var others = new List<Guid>();
        foreach (var end in Enum.GetValues<WebhookEvent>().Where(e => e != expected))
        {
            others.Add(await AdmitAsync(new Webhook { Url = Url, Events = [end] }));
        }

        await EndAsync(way, [id, .. others]);

        var told = Assert.Single(await ListAsync());
        Assert.Equal((id, expected), (told.SubjectId, told.Event));
    }

    [Theory]
    [InlineData(BatchState.Completed)]
    [InlineData(BatchState.Failed)]
    [InlineData(BatchState.Cancelled)]
    public async Task End_OfABatch_IsToldOnce(BatchState state)
    {
        var batch = await AdmitBatchAsync(new Webhook { Url = Url });
        await AdmitBatchAsync(webhook: null);
        var expansion = new BatchExpansion { BatchId = batch, LinesBefore = 0, LinesAfter = 1, NextPart = 1, NextOffset = 0, IsLast = true, At = Now };
        switch (state)
        {
            case BatchState.Failed:
                await Store.ExpandBatchAsync(expansion with { Error = "no such part" }, default);
                break;
            case BatchState.Cancelled:
                await Store.CancelBatchAsync(batch, Now, default);
                break;
            default:
                await Store.ExpandBatchAsync(expansion, default);
                Assert.Empty(await ListAsync());
                var stores = Enumerable.Range(0, 4).Select(_ => Open()).ToList();
                await Task.WhenAll(stores.Select(s => Task.Run(() => s.CompleteBatchesAsync(Now, default))));
                break;
        }

        await Store.CancelBatchAsync(batch, Now, default);
        await Store.CompleteBatchesAsync(Now, default);

        var told = Assert.Single(await ListAsync());
        Assert.Equal((DerivedId.ForWebhook(WebhookSubject.Batch, batch), WebhookSubject.Batch, batch), (told.Id, told.Subject, told.SubjectId));
        Assert.Equal((WebhookEvents.Of(state), "acme", Url), (told.Event, told.Tenant, told.Url));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Claim_OfABatch_HasItsJobsAsTheyWereAtItsEnd(bool isCancelled)
    {
        var batch = await AdmitBatchAsync(new Webhook { Url = Url });
        NewJob[] jobs = [Samples.Job(), Samples.Job()];
        await Store.ExpandBatchAsync(
            new BatchExpansion
            {
                BatchId = batch, LinesBefore = 0, LinesAfter = 2, NextPart = 1, NextOffset = 0, IsLast = true, At = Now,
                Jobs = [new BatchJob(1, jobs[0]), new BatchJob(2, jobs[1])],
            },
            default);
        await ReleaseAsync();
        await ApplyAsync(Samples.Failed(jobs[0].Job.Id, ErrorClass.Permanent));
        if (isCancelled)
        {
            await Store.CancelBatchAsync(batch, Now, default);
        }
        else
        {
            await ApplyAsync(Samples.Completed(jobs[1].Job.Id));
            await Store.CompleteBatchesAsync(Now, default);
        }

        await Store.ReopenAsync([jobs[0].Job.Id], default);
        await ReleaseAsync();
        await ApplyAsync(Samples.Completed(jobs[0].Job.Id, attempt: 2));

        var other = isCancelled ? JobState.Cancelled : JobState.Completed;
        Assert.Equal([(other, 1L), (JobState.Failed, 1L)], Assert.Single(await ClaimAsync()).Counts!.Select(c => (c.State, c.Jobs)));
        Assert.DoesNotContain((await Store.FindBatchAsync(batch, default))!.Counts, c => c.State == JobState.Failed);
    }

    [Fact]
    public async Task Claim_WhatHasFailedBefore_IsNotOvertakenByWhatIsNew()
    {
        await EndedAsync(1);
        var failed = Assert.Single(await ClaimAsync());
        await Store.RecordWebhooksAsync(
            [new WebhookOutcome { Id = failed.Id, Attempt = 1, State = WebhookState.Pending, IsFailure = true, NextAttemptAt = Now.AddSeconds(10) }], Now, default);
        foreach (var url in new[] { Url, "https://another.example.org/" })
        {
            await Store.CancelAsync([await AdmitAsync(new Webhook { Url = url })], Now.AddSeconds(20), default);
        }

        var later = Now.AddSeconds(30);
        Assert.Equal(Receiver, Assert.Single(await Store.ListDueReceiversAsync(later, 10, 1, default)));
        Assert.Equal(failed.Id, Assert.Single(await Store.ClaimWebhooksAsync(Receiver, 1, later, Lease, default)).Id);
    }

    [Fact]
    public async Task End_ThatNobodyAskedFor_IsNotTold()
    {
        var batch = await AdmitBatchAsync(new Webhook { Url = Url, Events = [WebhookEvent.Completed, WebhookEvent.Failed] });

        await Store.CancelBatchAsync(batch, Now, default);
        await EndAsync("completed", [await AdmitAsync(webhook: null)]);

        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Claim_ByManyAtOnce_GivesEachToOne()
    {
        await EndedAsync(40);
        var stores = Enumerable.Range(0, 4).Select(_ => Open()).ToList();

        var claimed = (await Task.WhenAll(stores.Select(s => Task.Run(async () =>
        {
            var mine = new List<ClaimedWebhook>();
            while (await s.ClaimWebhooksAsync(Receiver, 3, Now, Lease, default) is { Count: > 0 } some)
            {
                mine.AddRange(some);
            }

            return mine;
        })))).SelectMany(c => c).ToList();

        Assert.Equal((40, 40), (claimed.Count, claimed.DistinctBy(c => c.Id).Count()));
        Assert.All(claimed, c => Assert.Equal((1, 0, "acme", Url, Now), (c.Attempt, c.Failures, c.Tenant, c.Url, c.QueuedAt)));
        Assert.Empty(await Store.ListDueReceiversAsync(Now, 10, 10, default));
    }

    [Fact]
    public async Task Claim_WhoseHolderDied_IsDueAgainWhenItsLeaseIsOver()
    {
        await EndedAsync(1);
        var first = Assert.Single(await ClaimAsync());

        Assert.Empty(await ClaimAsync(Now + Lease - TimeSpan.FromSeconds(1)));
        var second = Assert.Single(await ClaimAsync(Now + Lease));

        Assert.Equal((first.Id, 2, 0), (second.Id, second.Attempt, second.Failures));
    }

    [Fact]
    public async Task Claim_IsForOneReceiverOfOneTenant()
    {
        await EndedAsync(2);
        await EndedAsync(1, url: "https://example.org:8443/");
        await EndedAsync(1, tenant: "globex");

        Assert.Equal(
            [("acme", "example.org:443"), ("acme", "example.org:8443"), ("globex", "example.org:443")],
            (await Store.ListDueReceiversAsync(Now, 10, 10, default)).Select(r => (r.Tenant, r.Host)).Order());
        Assert.Equal(["acme", "globex"], (await Store.ListDueReceiversAsync(Now, 1, 10, default)).Select(r => r.Tenant).Order());
        Assert.Single(await Store.ListDueReceiversAsync(Now, 10, 1, default));
        Assert.Equal(2, (await ClaimAsync()).Count);
        Assert.Single(await Store.ClaimWebhooksAsync(new WebhookReceiver("globex", "example.org:443"), 10, Now, Lease, default));
        Assert.Equal("example.org:8443", Assert.Single(await Store.ListDueReceiversAsync(Now, 10, 10, default)).Host);
    }

    [Fact]
    public async Task Record_Outcomes_AreWhatIsListed()
    {
        await EndedAsync(3);
        var claimed = await ClaimAsync();

        await Store.RecordWebhooksAsync(
            [
                new WebhookOutcome { Id = claimed[0].Id, Attempt = 1, State = WebhookState.Delivered, Status = 204 },
                new WebhookOutcome { Id = claimed[1].Id, Attempt = 1, State = WebhookState.Pending, IsFailure = true, NextAttemptAt = Now.AddSeconds(9), Status = 500, Error = "It answered 500: \0." },
                new WebhookOutcome { Id = claimed[2].Id, Attempt = 1, State = WebhookState.Abandoned, IsFailure = true, Error = "gone" },
            ],
            Now.AddSeconds(2),
            default);

        var listed = (await ListAsync()).ToDictionary(w => w.Id);
        var (delivered, failed, abandoned) = (listed[claimed[0].Id], listed[claimed[1].Id], listed[claimed[2].Id]);
        Assert.Equal((WebhookState.Delivered, 204, 0, (DateTimeOffset?)Now.AddSeconds(2)), (delivered.State, delivered.Status, delivered.Failures, delivered.EndedAt));
        Assert.Equal((WebhookState.Pending, 500, 1, null), (failed.State, failed.Status, failed.Failures, failed.EndedAt));
        Assert.Equal(("It answered 500: \ufffd.", (DateTimeOffset?)Now.AddSeconds(9)), (failed.Error, failed.NextAttemptAt));
        Assert.Equal((WebhookState.Abandoned, null, "gone", null), (abandoned.State, abandoned.Status, abandoned.Error, abandoned.NextAttemptAt));
        Assert.Equal([abandoned.Id], (await ListAsync(state: WebhookState.Abandoned)).Select(w => w.Id));
        Assert.Empty(await ClaimAsync(Now.AddSeconds(8)));
        Assert.Equal((failed.Id, 2, 1), Assert.Single((await ClaimAsync(Now.AddSeconds(9))).Select(c => (c.Id, c.Attempt, c.Failures))));
    }

    [Fact]
    public async Task Record_ALateLoser_ChangesNothingAndALateSuccessCounts()
    {
        await EndedAsync(2);
        var late = await ClaimAsync();
        await ClaimAsync(Now + Lease);

        await Store.RecordWebhooksAsync(
            [
                new WebhookOutcome { Id = late[0].Id, Attempt = 1, State = WebhookState.Abandoned, IsFailure = true, Error = "too late" },
                new WebhookOutcome { Id = late[1].Id, Attempt = 1, State = WebhookState.Delivered, Status = 200 },
            ],
            Now,
            default);

        // And once it is delivered, whoever claimed it after that can say what it likes.
        await Store.RecordWebhooksAsync([new WebhookOutcome { Id = late[1].Id, Attempt = 2, State = WebhookState.Abandoned, IsFailure = true }], Now, default);

        var listed = (await ListAsync()).ToDictionary(w => w.Id);
        Assert.Equal((WebhookState.Pending, 0), (listed[late[0].Id].State, listed[late[0].Id].Failures));
        Assert.Equal(WebhookState.Delivered, listed[late[1].Id].State);
    }

    [Fact]
    public async Task Record_BrokenOff_IsDueAtOnceAndNoFailure()
    {
        await EndedAsync(1);
        var claimed = Assert.Single(await ClaimAsync());

        await Store.RecordWebhooksAsync([new WebhookOutcome { Id = claimed.Id, Attempt = 1, State = WebhookState.Pending }], Now, default);

        Assert.Equal((2, 0), Assert.Single((await ClaimAsync()).Select(c => (c.Attempt, c.Failures))));
    }

    [Theory]
    [InlineData(WebhookState.Pending)]
    [InlineData(WebhookState.Delivered)]
    [InlineData(WebhookState.Abandoned)]
    public async Task Retry_WhateverBecameOfIt_IsDueAtOnceUnderItsId(WebhookState state)
    {
        await EndedAsync(1);
        var first = Assert.Single(await ClaimAsync());
        await Store.RecordWebhooksAsync(
            [new WebhookOutcome { Id = first.Id, Attempt = 1, State = state, IsFailure = state != WebhookState.Delivered, NextAttemptAt = Now.AddDays(1) }], Now, default);
        var later = Now.AddHours(1);

        Assert.True(await Store.RetryWebhookAsync(first.Id, later, default));
        Assert.False(await Store.RetryWebhookAsync(Guid.NewGuid(), later, default));

        var found = (await Store.FindWebhookAsync(first.Id, default))!.View;
        Assert.Equal((WebhookState.Pending, null, Now), (found.State, found.EndedAt, found.CreatedAt));
        Assert.Equal((first.Id, 2, 0, later), Assert.Single((await ClaimAsync(later)).Select(c => (c.Id, c.Attempt, c.Failures, c.QueuedAt))));
        Assert.Null(await Store.FindWebhookAsync(Guid.NewGuid(), default));
    }

    [Fact]
    public async Task List_IsByTenantNewestFirstInPages()
    {
        await EndedAsync(3);
        await EndedAsync(1, tenant: "globex");

        var page = await Store.ListWebhooksAsync("acme", state: null, before: null, 2, default);
        var next = await Store.ListWebhooksAsync("acme", WebhookState.Pending, page[^1].Sequence, 2, default);

        Assert.Equal(4, (await ListAsync()).Count);
        Assert.Equal((2, 1), (page.Count, next.Count));
        Assert.Equal(3, page.Concat(next).DistinctBy(w => w.View.Id).Count());
        Assert.All(page.Concat(next), w => Assert.Equal("acme", w.View.Tenant));
        Assert.True(page[0].Sequence > page[1].Sequence && page[1].Sequence > next[0].Sequence);
    }

    [Fact]
    public async Task Forget_WhatIsOver_LeavesWhatIsNot()
    {
        await EndedAsync(2);
        var claimed = await ClaimAsync();
        await Store.RecordWebhooksAsync([new WebhookOutcome { Id = claimed[0].Id, Attempt = 1, State = WebhookState.Delivered }], Now, default);

        Assert.Equal(0, await Store.ForgetWebhooksAsync(Now, default));
        Assert.Equal(1, await Store.ForgetWebhooksAsync(Now.AddSeconds(1), default));
        Assert.Equal([claimed[1].Id], (await ListAsync()).Select(w => w.Id));
    }

    private async Task<Guid> AdmitAsync(Webhook? webhook, string tenant = "acme")
    {
        var job = Samples.Job(webhook: webhook, tenant: tenant);
        await Store.AdmitAsync([job], default);
        return job.Job.Id;
    }

    private async Task<Guid> RunningAsync(Webhook webhook)
    {
        var id = await AdmitAsync(webhook);
        await ReleaseAsync();
        await ApplyAsync(Samples.Started(id));
        return id;
    }

    private async Task<Guid> AdmitBatchAsync(Webhook? webhook)
    {
        var batch = new SubmitBatch
        {
            Id = Guid.NewGuid(),
            Tenant = "acme",
            Name = "prompts",
            Parts = [new BatchPart(1, 100, new string('a', 64))],
            Webhook = webhook,
            SubmittedAt = Now,
        };
        await Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = Now }, default);
        return batch.Id;
    }

    private async Task EndedAsync(int jobs, string tenant = "acme", string url = Url)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < jobs; i++)
        {
            ids.Add(await AdmitAsync(new Webhook { Url = url }, tenant));
        }

        await Store.CancelAsync(ids, Now, default);
    }

    private async Task EndAsync(string way, IReadOnlyList<Guid> ids)
    {
        if (way == "cancelled")
        {
            await Store.CancelAsync(ids, Now, default);
            return;
        }

        var now = Now;
        for (var attempt = 1; attempt <= Policy.MaxFailures; attempt++)
        {
            await ReleaseAsync(now: now);
            foreach (var id in ids)
            {
                await ApplyAsync(Samples.Started(id, attempt), now);
                JobEvent? end = way switch
                {
                    "completed" => Samples.Completed(id, attempt: attempt),
                    "permanent" => Samples.Failed(id, ErrorClass.Permanent, attempt),
                    "failures" => Samples.Failed(id, ErrorClass.Transient, attempt),
                    _ => null,
                };
                if (end is not null)
                {
                    await ApplyAsync(end, now);
                }
            }

            now += TimeSpan.FromHours(1);
            if (way == "leases")
            {
                await Store.ExpireLeasesAsync(Policy, now, 100, default);
                now += TimeSpan.FromHours(1);
            }
        }
    }

    private Task<IReadOnlyList<ClaimedWebhook>> ClaimAsync(DateTimeOffset? now = null) => Store.ClaimWebhooksAsync(Receiver, 10, now ?? Now, Lease, default);

    private async Task<IReadOnlyList<WebhookView>> ListAsync(WebhookState? state = null) =>
        [.. (await Store.ListWebhooksAsync(tenant: null, state, before: null, 100, default)).Select(w => w.View)];
}

public sealed class EmbeddedWebhookTests() : WebhookTests(JobStoreKind.Embedded);

public sealed class PostgresWebhookTests() : WebhookTests(JobStoreKind.Postgres);
