using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore.Sql;

namespace SdFleet.JobStore.Tests;

public abstract class PauseTests(JobStoreKind kind) : StoreTests(kind)
{
    private readonly JobStoreKind _kind = kind;

    [Fact]
    public async Task Pause_AModel_HoldsItsJobsInEveryLaneAndNoOthers()
    {
        await Store.AdmitAsync([Samples.Job(), Samples.Job(lane: Lane.Interactive), Samples.Job(model: "sd15")], default);

        await Store.PauseModelAsync(Samples.Model, paused: true, default);

        Assert.Empty(await ReleaseAsync());
        Assert.Empty(await Store.ReleaseAsync(Samples.Model, Lane.Interactive, 10, Now, ReleaseLease, default));
        Assert.Single(await Store.ReleaseAsync("sd15", Lane.Normal, 10, Now, ReleaseLease, default));
        Assert.Equal([Samples.Model], await Open().ListPausedModelsAsync(default));

        await Store.PauseModelAsync(Samples.Model, paused: false, default);
        Assert.Single(await ReleaseAsync());
        Assert.Empty(await Store.ListPausedModelsAsync(default));
    }

    [Fact]
    public async Task Pause_ATenant_HoldsItsJobsOfEveryModelAndNobodyElses()
    {
        await Store.AdmitAsync([Samples.Job(), Samples.Job(tenant: "globex"), Samples.Job(model: "sd15")], default);

        Assert.True(await Store.PauseTenantAsync("acme", paused: true, byOperator: false, default));

        Assert.Equal("globex", Assert.Single(await ReleaseAsync()).Message.Tenant);
        Assert.Empty(await Store.ReleaseAsync("sd15", Lane.Normal, 10, Now, ReleaseLease, default));
        Assert.True(await Open().PauseTenantAsync("acme", paused: false, byOperator: false, default));
        Assert.Single(await ReleaseAsync());
    }

    [Fact]
    public async Task Pause_WhatIsReleased_GoesOn()
    {
        var (released, running) = (await ReleasedAsync(), await RunningAsync());
        await Store.PauseModelAsync(Samples.Model, paused: true, default);
        await Store.PauseTenantAsync("acme", paused: true, byOperator: true, default);

        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Started(released)));
        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Completed(released)));
        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Completed(running)));
    }

    [Fact]
    public async Task Pause_JobThatFailsMeanwhile_WaitsToo()
    {
        var id = await RunningAsync();
        await Store.PauseTenantAsync("acme", paused: true, byOperator: false, default);
        await ApplyAsync(Samples.Failed(id));

        Assert.Empty(await ReleaseAsync(now: Now.AddHours(1)));

        await Store.PauseTenantAsync("acme", paused: false, byOperator: false, default);
        Assert.Equal(2, Assert.Single(await ReleaseAsync(now: Now.AddHours(1))).Message.Attempt);
    }

    [Fact]
    public async Task Pause_ATenantThatResumes_DoesNotCatchUp()
    {
        await Store.AdmitAsync([.. Enumerable.Range(0, 200).Select(i => Samples.Job(tenant: i % 2 == 0 ? "acme" : "globex"))], default);
        await Store.PauseTenantAsync("globex", paused: true, byOperator: false, default);
        Assert.All(await ReleaseAsync(max: 50), r => Assert.Equal("acme", r.Message.Tenant));
        await Store.PauseTenantAsync("globex", paused: false, byOperator: false, default);

        Assert.InRange((await ReleaseAsync(max: 20)).Count(r => r.Message.Tenant == "globex"), 10, 11);
    }

    [Fact]
    public async Task Pause_Again_ChangesNothing()
    {
        await AdmitAsync();
        foreach (var paused in new[] { false, true, true, false, false })
        {
            await Store.PauseModelAsync(Samples.Model, paused, default);
            Assert.True(await Store.PauseTenantAsync("acme", paused, byOperator: false, default));
        }

        Assert.Single(await ReleaseAsync());
    }

    [Fact]
    public async Task Resume_WhatAnOperatorPaused_IsAnOperators()
    {
        Assert.True(await Store.PauseTenantAsync("acme", paused: true, byOperator: true, default));

        // Neither by resuming nor by making the pause its own.
        Assert.False(await Store.PauseTenantAsync("acme", paused: false, byOperator: false, default));
        Assert.True(await Store.PauseTenantAsync("acme", paused: true, byOperator: false, default));
        Assert.False(await Store.PauseTenantAsync("acme", paused: false, byOperator: false, default));
        Assert.Equal((true, true), await StateAsync("acme"));

        Assert.True(await Store.PauseTenantAsync("acme", paused: false, byOperator: true, default));
        Assert.Equal((false, false), await StateAsync("acme"));

        // An operator lifts the tenant's own, too.
        await Store.PauseTenantAsync("acme", paused: true, byOperator: false, default);
        Assert.Equal((true, false), await StateAsync("acme"));
        Assert.True(await Store.PauseTenantAsync("acme", paused: false, byOperator: true, default));
        Assert.Equal((false, false), await StateAsync("acme"));
    }

    [Fact]
    public async Task List_Tenants_AreThoseWithJobsThatAreNotOverAndThosePaused()
    {
        await Store.AdmitAsync([.. Enumerable.Range(0, 3).Select(_ => Samples.Job()), Samples.Job(tenant: "globex", lane: Lane.Bulk), Samples.Job(tenant: "done")], default);
        foreach (var job in (await ReleaseAsync()).Where(r => r.Message.Tenant == "done"))
        {
            await ApplyAsync(Samples.Completed(job.Message.JobId));
        }

        await AdmitAsync();
        await Store.PauseTenantAsync("idle", paused: true, byOperator: true, default);

        var tenants = await Store.ListTenantsAsync(default);

        Assert.Equal([View("acme", 1, 3), View("globex", 1, 0), View("idle", 0, 0) with { Paused = true, PausedByOperator = true }], tenants);
        Assert.Equal(tenants[0], await Store.FindTenantAsync("acme", default));
        Assert.Equal(View("done", 0, 0), await Store.FindTenantAsync("done", default));
    }

    [Fact]
    public async Task Outstanding_IsWithoutWhatIsPaused()
    {
        var batch = new SubmitBatch { Id = Guid.NewGuid(), Tenant = "acme", Name = "b", Parts = [new BatchPart(9, 9, new string('a', 64))], SubmittedAt = Now };
        await Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = Now }, default);
        await Store.ExpandBatchAsync(
            new BatchExpansion
            {
                BatchId = batch.Id,
                LinesBefore = 0,
                LinesAfter = 9,
                NextPart = 1,
                NextOffset = 0,
                Jobs =
                [
                    .. Enumerable.Range(1, 9).Select(line => new BatchJob(
                        line, Samples.Job(DerivedId.FromBatchLine(batch.Id, line), lane: Lane.Bulk, model: line <= 6 ? Samples.Model : "sd15"))),
                ],
                At = Now,
            },
            default);
        Assert.Equal(2, (await Store.ReleaseAsync(Samples.Model, Lane.Bulk, 2, Now, ReleaseLease, default)).Count);
        await Store.AdmitAsync([Samples.Job(), Samples.Job(), Samples.Job(tenant: "globex")], default);

        // In flight 2; waiting: 4 of the batch, 2 more of its tenant, 1 of another.
        Assert.Equal((9L, 3L), await OutstandingAsync());
        await Store.PauseBatchAsync(batch.Id, paused: true, default);
        Assert.Equal((5L, 0L), await OutstandingAsync());
        await Store.PauseTenantAsync("acme", paused: true, byOperator: false, default);
        Assert.Equal((3L, 0L), await OutstandingAsync());
        await Store.PauseModelAsync(Samples.Model, paused: true, default);
        Assert.Equal((2L, 0L), await OutstandingAsync());
        await Store.PauseTenantAsync("acme", paused: false, byOperator: false, default);
        Assert.Equal((2L, 0L), await OutstandingAsync());
        await Store.PauseBatchAsync(batch.Id, paused: false, default);
        Assert.Equal((2L, 3L), await OutstandingAsync());
        await Store.PauseModelAsync(Samples.Model, paused: false, default);
        Assert.Equal((9L, 3L), await OutstandingAsync());
        await Store.PauseBatchAsync(batch.Id, paused: true, default);
        await Store.CancelBatchAsync(batch.Id, Now, default);
        Assert.Equal((3L, 0L), await OutstandingAsync());
    }

    [Fact]
    public async Task Pause_DuringReleasesOfOthers_IsHeededOnceItIsSaid()
    {
        await Store.AdmitAsync([.. Enumerable.Range(0, 400).Select(i => Samples.Job(tenant: i % 2 == 0 ? "acme" : "globex"))], default);
        using var stop = new CancellationTokenSource();

        // Stores on one file poll for their turn, and would have none if one of them always had the next transaction ready.
        var (stores, pause) = _kind == JobStoreKind.Postgres
            ? (new[] { Open(), Open(), Open() }, TimeSpan.Zero)
            : (new[] { Store, Open() }, TimeSpan.FromMilliseconds(2));
        var releasing = stores.Select(store => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await store.ReleaseAsync(Samples.Model, Lane.Normal, 1, Now, ReleaseLease, default);
                await Task.Delay(pause);
            }
        })).ToList();
        try
        {
            for (var i = 0; i < 10; i++)
            {
                await Store.PauseTenantAsync("acme", paused: true, byOperator: false, default);
                var said = (await Store.FindTenantAsync("acme", default)).Queued;
                await Task.Delay(20);
                Assert.Equal(said, (await Store.FindTenantAsync("acme", default)).Queued);
                await Store.PauseTenantAsync("acme", paused: false, byOperator: false, default);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(releasing);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pause_DuringTheFirstReleaseOfALane_WaitsForIt(bool ofABatch)
    {
        await AdmitAsync();
        var batch = new SubmitBatch { Id = Guid.NewGuid(), Tenant = "acme", Name = "b", Parts = [new BatchPart(9, 9, new string('a', 64))], SubmittedAt = Now };
        await Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = Now }, default);
        await using var database = Database();
        Task<bool> pausing;
        await using (var releasing = await database.BeginAsync(default))
        {
            await releasing.ExecuteAsync(new JobStatements(database).InsertLane, new { model = Samples.Model, lane = "normal" }, default);
            pausing = Task.Run(() => ofABatch
                ? Store.PauseBatchAsync(batch.Id, paused: true, default)
                : Store.PauseTenantAsync("acme", paused: true, byOperator: false, default));
            await Task.Delay(300);
            Assert.False(pausing.IsCompleted);
            await releasing.CommitAsync(default);
        }

        Assert.True(await pausing);
        Assert.Equal(ofABatch, (await ReleaseAsync()).Count > 0);
    }

    private Database Database() =>
        _kind == JobStoreKind.Postgres ? new PostgresDatabase(Options.ConnectionString!) : new SqliteDatabase(Options.Path!);

    private static TenantView View(string tenant, long queued, long inFlight) =>
        new() { Tenant = tenant, Queued = queued, InFlight = inFlight, Paused = false, PausedByOperator = false };

    private async Task<(bool Paused, bool ByOperator)> StateAsync(string tenant)
    {
        var view = await Store.FindTenantAsync(tenant, default);
        return (view.Paused, view.PausedByOperator);
    }

    private async Task<(long Shapes, long Sd15)> OutstandingAsync() =>
        (await Store.CountOutstandingAsync(Samples.Model, default), await Store.CountOutstandingAsync("sd15", default));
}

public sealed class EmbeddedPauseTests() : PauseTests(JobStoreKind.Embedded);

public sealed class PostgresPauseTests() : PauseTests(JobStoreKind.Postgres);
