using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore.Tests.Fairness;

public abstract class FairReleaseTests(JobStoreKind kind) : StoreTests(kind)
{
    [Fact]
    public async Task Release_TenantBehindALongerOne_TakesTurnsWithIt()
    {
        await AdmitAsync("acme", 40);
        await AdmitAsync("globex", 10);

        var released = await ReleaseTenantsAsync(10);

        Assert.Equal((5, 5), (released.Count(t => t == "acme"), released.Count(t => t == "globex")));
    }

    [Fact]
    public async Task Release_Weights_AreShares()
    {
        await AdmitAsync("acme", 100);
        await AdmitAsync("globex", 100);

        var released = await ReleaseTenantsAsync(40, new TenantWeights([new("acme", 3)]));

        Assert.InRange(released.Count(t => t == "acme"), 29, 31);
    }

    [Fact]
    public async Task Release_CostlierJobs_CountForMore()
    {
        await AdmitAsync("acme", 50, steps: 40, images: 2);
        await AdmitAsync("globex", 50, steps: 20);

        var released = await ReleaseTenantsAsync(40);

        Assert.InRange(released.Count(t => t == "globex"), 31, 33);
    }

    [Fact]
    public async Task Release_PicturesThatWereDrawnAgain_CountForTheirTenant()
    {
        const int Redraws = 2;
        var redrawn = await AdmitAsync("acme", 10);
        await AdmitAsync("globex", 10);
        await ReleaseTenantsAsync(20);
        var draw = new FilteredDraw(1, FilterReason.Blank, new ImageScores { IsBlank = true });
        foreach (var some in redrawn.Chunk(5))
        {
            JobEvent[] events =
            [
                .. some.Select(id => JobEvent.From(Samples.Completed(id) with { Images = [Samples.Image(id, 0) with { Draws = [.. Enumerable.Repeat(draw, Redraws)] }] })),
            ];
            await Store.ApplyAsync(events, Policy, Now, RunningLease, default);
            await Store.ApplyAsync(events, Policy, Now, RunningLease, default);
        }

        await AdmitAsync("acme", 50);
        await AdmitAsync("globex", 50);

        // Twenty more pictures than the other one got, which it gets now; and then each its half.
        Assert.InRange((await ReleaseTenantsAsync(40)).Count(t => t == "globex"), 29, 31);
        Assert.InRange((await ReleaseTenantsAsync(10)).Count(t => t == "globex"), 4, 6);
    }

    [Fact]
    public async Task Release_ByOneCoordinatorAfterAnother_GoesOnWhereItWas()
    {
        await AdmitAsync("acme", 100);
        await AdmitAsync("globex", 100);
        var weights = new TenantWeights([new("globex", 2)]);
        var released = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            released.AddRange((await Open().ReleaseAsync(Samples.Model, Lane.Normal, 1, Now, ReleaseLease, weights, default)).Select(r => r.Message.Tenant));
        }

        Assert.InRange(released.Count(t => t == "globex"), 19, 21);
    }

    [Fact]
    public async Task Release_TenantThatWasIdle_HasSavedUpNothing()
    {
        await AdmitAsync("globex", 1);
        await ReleaseTenantsAsync(1);
        await AdmitAsync("acme", 200);
        await ReleaseTenantsAsync(150);
        await AdmitAsync("globex", 100);

        var released = await ReleaseTenantsAsync(20);

        Assert.InRange(released.Count(t => t == "globex"), 10, 11);
    }

    [Fact]
    public async Task Release_MoreTenantsThanJobs_ServesEachInItsTurn()
    {
        var tenants = Enumerable.Range(0, 30).Select(i => $"tenant-{i}").ToList();
        await Store.AdmitAsync([.. tenants.SelectMany(t => new[] { Samples.Job(tenant: t), Samples.Job(tenant: t) })], default);

        var released = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            released.AddRange(await ReleaseTenantsAsync(10));
        }

        Assert.Equal(tenants.Order(StringComparer.Ordinal), released.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Release_LanesAndModels_HaveClocksOfTheirOwn()
    {
        await AdmitAsync("acme", 20);
        await ReleaseTenantsAsync(20);
        foreach (var (model, lane) in new[] { (Samples.Model, Lane.Bulk), ("sd15", Lane.Normal) })
        {
            await Store.AdmitAsync([.. Enumerable.Range(0, 10).SelectMany(_ => new[] { Samples.Job(model: model, lane: lane), Samples.Job(model: model, lane: lane, tenant: "globex") })], default);
            var released = await Store.ReleaseAsync(model, lane, 10, Now, ReleaseLease, default);
            Assert.Equal(5, released.Count(r => r.Message.Tenant == "acme"));
        }
    }

    [Fact]
    public async Task Release_BatchesOfOneTenant_GoByAdmission()
    {
        var (first, second) = (await BatchAsync("acme"), await BatchAsync("acme"));
        var order = new List<Guid>();
        for (var round = 0; round < 4; round++)
        {
            order.AddRange(await ExpandAsync(first, round * 5, 5));
            order.AddRange(await AdmitAsync("acme", 3));
            order.AddRange(await ExpandAsync(second, round * 5, 5));
        }

        var released = new List<Guid>();
        while (await ReleaseAsync(max: 7) is { Count: > 0 } some)
        {
            released.AddRange(some.Select(r => r.Message.JobId));
        }

        Assert.Equal(order, released);
    }

    [Fact]
    public async Task Release_PausedBatchInFront_LetsTheTenantsOthersPass()
    {
        var (paused, other) = (await BatchAsync("acme"), await BatchAsync("acme"));
        await ExpandAsync(paused, 0, 50);
        await Store.PauseBatchAsync(paused.Id, paused: true, default);
        var alone = await AdmitAsync("acme", 1);
        var others = await ExpandAsync(other, 0, 2);

        Assert.Equal([.. alone, .. others], (await ReleaseAsync()).Select(r => r.Message.JobId));

        await Store.PauseBatchAsync(paused.Id, paused: false, default);
        Assert.Equal(50, (await ReleaseAsync()).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Release_AnyArrivalsWorkAndWeights_IsFair(int seed)
    {
        var random = new Random(seed);
        string[] tenants = ["a", "b", "c", "d", "e"];
        var weights = new TenantWeights(tenants.Select((t, i) => KeyValuePair.Create(t, (double)(i + 1) / 2)));
        var ledger = new FairnessLedger(weights);
        for (var round = 0; round < 60; round++)
        {
            foreach (var tenant in tenants.Where(_ => random.Next(4) == 0))
            {
                var steps = random.Next(1, 50);
                var jobs = random.Next(1, 20);
                await AdmitAsync(tenant, jobs, steps);
                for (var i = 0; i < jobs; i++)
                {
                    ledger.Arrives(tenant, steps);
                }
            }

            var max = random.Next(1, 15);
            var released = await Open().ReleaseAsync(Samples.Model, Lane.Normal, max, Now, ReleaseLease, weights, default);
            ledger.Released(max, [.. released.Select(r => (r.Message.Tenant, (double)r.Message.Recipe.Steps))]);
        }
    }

    [Fact]
    public async Task Release_ManyRetriesOfOneTenant_DoNotKeepAnothersWaiting()
    {
        var failing = await AdmitAsync("acme", 300);
        var other = await AdmitAsync("globex", 1);
        await ReleaseTenantsAsync(301);
        await Store.ApplyAsync([.. failing.Concat(other).Select(id => JobEvent.From(Samples.Failed(id)))], Policy, Now, RunningLease, default);

        var released = await ReleaseTenantsAsync(2, now: Now.AddHours(1));

        Assert.Contains("globex", released);
    }

    private async Task<List<string>> ReleaseTenantsAsync(int max, TenantWeights? weights = null, DateTimeOffset? now = null)
    {
        var released = await Store.ReleaseAsync(Samples.Model, Lane.Normal, max, now ?? Now, ReleaseLease, weights ?? TenantWeights.Equal, default);
        Assert.Equal(max, released.Count);
        return [.. released.Select(r => r.Message.Tenant)];
    }

    private async Task<IReadOnlyList<Guid>> AdmitAsync(string tenant, int count, int steps = 20, int images = 1)
    {
        var jobs = Enumerable.Range(0, count).Select(_ => Samples.Job(tenant: tenant, images: images)).ToList();
        await Store.AdmitAsync([.. jobs.Select(j => j with { Job = j.Job with { Recipe = j.Job.Recipe with { Steps = steps } } })], default);
        return [.. jobs.Select(j => j.Job.Id)];
    }

    private async Task<SubmitBatch> BatchAsync(string tenant)
    {
        var batch = new SubmitBatch { Id = Guid.NewGuid(), Tenant = tenant, Name = "prompts", Parts = [new BatchPart(100, 100, new string('a', 64))], SubmittedAt = Now };
        await Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = Now }, default);
        return batch;
    }

    private async Task<IReadOnlyList<Guid>> ExpandAsync(SubmitBatch batch, int from, int count)
    {
        var lines = Enumerable.Range(from + 1, count).ToList();
        var outcome = await Store.ExpandBatchAsync(
            new BatchExpansion
            {
                BatchId = batch.Id,
                LinesBefore = from,
                LinesAfter = from + count,
                NextPart = 0,
                NextOffset = from + count,
                Jobs = [.. lines.Select(line => new BatchJob(line, Samples.Job(DerivedId.FromBatchLine(batch.Id, line), tenant: batch.Tenant)))],
                At = Now,
            },
            default);
        Assert.Equal(count, outcome.Admitted);
        return [.. lines.Select(line => DerivedId.FromBatchLine(batch.Id, line))];
    }
}

public sealed class EmbeddedFairReleaseTests() : FairReleaseTests(JobStoreKind.Embedded);

public sealed class PostgresFairReleaseTests() : FairReleaseTests(JobStoreKind.Postgres);
