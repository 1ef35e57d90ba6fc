using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;

namespace SdFleet.JobStore.Tests;

public abstract class ExportTests(JobStoreKind kind) : StoreTests(kind)
{
    private const string Name = "webdataset";

    private static readonly ExportBatch Request = new() { Format = DatasetFormat.WebDataset, LinesPerShard = 10, License = "cc0-1.0" };
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly Guid _batch = Guid.NewGuid();

    [Fact]
    public async Task Export_StepByStep_ComesToItsEnd()
    {
        Assert.Equal(ExportRequestOutcome.Started, await RequestAsync());
        Assert.Equal((ExportState.Planning, 1, 0, 0), await StandAsync());

        var plan = (await ClaimAsync())!;
        Assert.Equal((ExportStep.Plan, 1, 1), (plan.Number, plan.Run, plan.Claim));
        Assert.Null(await ClaimAsync());
        Assert.True(await Store.AddExportShardsAsync(plan, [Shard(0), Shard(3, leftOut: "31/0")], default));
        Assert.Equal((ExportState.Planning, 1, 2, 0), await StandAsync());
        Assert.True(await Store.CompleteExportStepAsync(plan, null, Now, default));
        Assert.Equal((ExportState.Building, 1, 2, 0), await StandAsync());

        var first = (await ClaimAsync())!;
        var second = (await ClaimAsync())!;
        Assert.Equal((0, "contents 0", "", 3, "contents 3", "31/0"), (first.Number, first.Contents, first.LeftOut, second.Number, second.Contents, second.LeftOut));
        Assert.True(await Store.CompleteExportStepAsync(second, "{\"files\":[]}", Now, default));
        Assert.Equal((ExportState.Building, 1, 2, 1), await StandAsync());
        Assert.Null(await ClaimAsync());
        Assert.True(await Store.CompleteExportStepAsync(first, null, Now, default));
        Assert.Equal((ExportState.Finishing, 1, 2, 2), await StandAsync());
        Assert.Equal(
            [new ExportShardResult(0, "contents 0", null), new ExportShardResult(3, "contents 3", "{\"files\":[]}")],
            await Store.ListExportShardsAsync(first.Export, -1, 10, default));
        Assert.Equal([3], (await Store.ListExportShardsAsync(first.Export, 0, 1, default)).Select(s => s.Number));

        var finish = (await ClaimAsync())!;
        Assert.Equal(ExportStep.Finish, finish.Number);
        var summary = "{\"samples\":5,\"shards\":2,\"sealed\":1,\"shardsWritten\":2,\"outstanding\":0,\"absent\":{\"failed\":1},\"problems\":0,\"firstProblems\":[]}";
        Assert.True(await Store.CompleteExportStepAsync(finish, summary, Now.AddHours(1), default));

        var found = (await FindAsync())!;
        Assert.Equal((ExportState.Completed, (DateTimeOffset?)Now.AddHours(1), 5L, 1L), (found.State, found.EndedAt, found.Result!.Samples, found.Result.Absent["failed"]));
        Assert.Equal(Request, found.Request);
        Assert.Equal(found.Sequence, (await Store.FindExportAsync(found.Sequence, default))!.Sequence);
        Assert.Null(await ClaimAsync());
    }

    [Fact]
    public async Task Request_Again_IsUnderwayThenAnew_AndAnotherLayoutIsAConflict()
    {
        await RequestAsync();

        Assert.Equal(ExportRequestOutcome.Underway, await RequestAsync(Request with { License = "openrail" }));
        Assert.Equal("cc0-1.0", (await FindAsync())!.Request.License);
        Assert.Equal(ExportRequestOutcome.Conflict, await RequestAsync(Request with { LinesPerShard = 11 }));
        Assert.Equal(ExportRequestOutcome.Started, await Store.RequestExportAsync(_batch, "other", Request with { LinesPerShard = 11 }, Now, default));
        Assert.Equal(ExportRequestOutcome.Started, await Store.RequestExportAsync(Guid.NewGuid(), Name, Request, Now, default));
        Assert.Equal([Name, "other"], (await Store.ListExportsAsync(_batch, default)).Select(e => e.Name));
        var plan = (await ClaimAsync())!;
        await Store.ReturnExportStepAsync(plan, "no such place", nextAttemptAt: null, Now, default);
        Assert.Equal((ExportState.Failed, "no such place"), ((await FindAsync())!.State, (await FindAsync())!.Error));

        Assert.Equal(ExportRequestOutcome.Started, await RequestAsync(Request with { License = "openrail" }, Now.AddDays(1)));

        var anew = (await FindAsync())!;
        Assert.Equal((ExportState.Planning, 2, null, null, Now.AddDays(1)), (anew.State, anew.Run, anew.Error, anew.EndedAt, anew.StartedAt));
        Assert.Equal("openrail", anew.Request.License);
    }

    [Fact]
    public async Task Cancel_Underway_TakesItsStepsFromTheirHolders_AndSaysWhatIsWritten()
    {
        await PlannedAsync(shards: 3);
        await Store.CompleteExportStepAsync((await ClaimAsync())!, "{}", Now, default);
        var held = (await ClaimAsync())!;

        Assert.Equal(ExportState.Cancelled, await CancelAsync());
        Assert.Equal(ExportState.Cancelled, await CancelAsync(Now.AddDays(1)));

        var export = (await FindAsync())!;
        Assert.Equal((ExportState.Cancelled, (DateTimeOffset?)Now), (export.State, export.EndedAt));
        Assert.StartsWith("Cancelled when 1 of 3 shards were written.", export.Error, StringComparison.Ordinal);
        Assert.False(await Store.RenewExportStepAsync(held, Now + Lease, default));
        Assert.False(await Store.CompleteExportStepAsync(held, "{}", Now, default));
        Assert.Null(await ClaimAsync(Now.AddDays(1)));
    }

    [Fact]
    public async Task Cancel_AskedForAgain_BeginsAnew_AndWhoHeldAStepRecordsNothing()
    {
        await PlannedAsync(shards: 1);
        var held = (await ClaimAsync())!;
        await CancelAsync();

        await PlannedAsync(shards: 1);

        Assert.Equal((ExportState.Building, 2, 1, 0), await StandAsync());
        Assert.Null((await FindAsync())!.Error);
        Assert.False(await Store.RenewExportStepAsync(held, Now + Lease, default));
    }

    [Fact]
    public async Task Cancel_OfAnotherEndOrOfNone_ChangesNothing()
    {
        Assert.Null(await CancelAsync());
        await RequestAsync();
        await Store.ReturnExportStepAsync((await ClaimAsync())!, "no such place", nextAttemptAt: null, Now, default);

        Assert.Equal(ExportState.Failed, await CancelAsync());
        Assert.Equal("no such place", (await FindAsync())!.Error);
    }

    [Fact]
    public async Task Request_AtAnotherPlace_IsAConflict()
    {
        await RequestAsync(Request with { Place = "azure://datasets/shapes" });

        Assert.Equal("azure://datasets/shapes", (await FindAsync())!.Request.Place);
        Assert.Equal(ExportRequestOutcome.Underway, await RequestAsync(Request with { Place = "azure://datasets/shapes" }));
        Assert.Equal(ExportRequestOutcome.Conflict, await RequestAsync(Request with { Place = "azure://datasets/other" }));
        Assert.Equal(ExportRequestOutcome.Conflict, await RequestAsync());
    }

    [Fact]
    public async Task Claim_ByManyAtOnce_GivesEachToOne()
    {
        await PlannedAsync(shards: 40);
        var stores = Enumerable.Range(0, 4).Select(_ => Open()).ToList();

        var claimed = (await Task.WhenAll(stores.Select(s => Task.Run(async () =>
        {
            var mine = new List<int>();
            while (await s.ClaimExportStepAsync(Now, Lease, default) is { } step)
            {
                mine.Add(step.Number);
                Assert.True(await s.CompleteExportStepAsync(step, step.Number >= 0 ? "{}" : null, Now, default));
                if (step.Number < 0)
                {
                    break;
                }
            }

            return mine;
        })))).SelectMany(c => c).ToList();

        // The last step too, once, whichever of the last shards ended last.
        Assert.Equal([ExportStep.Finish, .. Enumerable.Range(0, 40)], claimed.Order());
    }

    [Fact]
    public async Task Claim_WhoseHolderDied_IsDueAgain_AndTheLateOneRecordsNothing()
    {
        await PlannedAsync(shards: 1);
        var late = (await ClaimAsync())!;

        Assert.Null(await ClaimAsync(Now + Lease - TimeSpan.FromSeconds(1)));
        Assert.True(await Store.RenewExportStepAsync(late, Now + (2 * Lease), default));
        Assert.Null(await ClaimAsync(Now + Lease));
        var next = (await ClaimAsync(Now + (2 * Lease)))!;

        Assert.Equal((late.Number, 2), (next.Number, next.Claim));
        Assert.False(await Store.RenewExportStepAsync(late, Now, default));
        Assert.False(await Store.CompleteExportStepAsync(late, "{}", Now, default));
        Assert.False(await Store.ReturnExportStepAsync(late, "late", null, Now, default));
        Assert.Equal((ExportState.Building, 1, 1, 0), await StandAsync());
        Assert.True(await Store.CompleteExportStepAsync(next, "{}", Now, default));
        Assert.False(await Store.RenewExportStepAsync(next, Now, default));
    }

    [Fact]
    public async Task Claim_OfARunBefore_RecordsNothing()
    {
        await PlannedAsync(shards: 2);
        var (late, failing) = ((await ClaimAsync())!, (await ClaimAsync())!);
        await Store.ReturnExportStepAsync(failing, "damaged", nextAttemptAt: null, Now, default);
        await PlannedAsync(shards: 1);
        var now = (await ClaimAsync())!;

        Assert.Equal((late.Number, late.Claim), (now.Number, now.Claim));
        Assert.False(await Store.CompleteExportStepAsync(late, "{}", Now, default));
        Assert.False(await Store.RenewExportStepAsync(late, Now + (3 * Lease), default));
        Assert.True(await Store.CompleteExportStepAsync(now, "{}", Now, default));
    }

    [Fact]
    public async Task Plan_ByAnotherAfterOneThatDied_KeepsWhatIsDoneAndTheSame()
    {
        await RequestAsync();
        var died = (await ClaimAsync())!;
        await Store.AddExportShardsAsync(died, [Shard(0), Shard(1), Shard(2)], default);
        var done = (await ClaimAsync())!;
        await Store.CompleteExportStepAsync(done, "{\"files\":[]}", Now, default);
        var held = (await ClaimAsync())!;
        Assert.Equal((0, 1), (done.Number, held.Number));

        var plan = (await ClaimAsync(Now + Lease, lease: Lease))!;
        Assert.Equal((ExportStep.Plan, 2), (plan.Number, plan.Claim));
        Assert.False(await Store.AddExportShardsAsync(died, [Shard(7)], default));
        Assert.True(await Store.AddExportShardsAsync(plan, [Shard(0), new ExportShardPlan(1, "otherwise", "")], default));
        await Store.CompleteExportStepAsync(plan, null, Now, default);

        Assert.Equal((ExportState.Building, 1, 3, 1), await StandAsync());
        Assert.False(await Store.CompleteExportStepAsync(held, "{}", Now, default));
        var again = (await ClaimAsync())!;
        Assert.Equal((1, "otherwise"), (again.Number, again.Contents));
        Assert.Equal([new ExportShardResult(0, "contents 0", "{\"files\":[]}")], await Store.ListExportShardsAsync(plan.Export, -1, 10, default));
    }

    [Fact]
    public async Task Return_AFailedStep_IsDueLaterWithItsFailures()
    {
        await PlannedAsync(shards: 1);

        await Store.ReturnExportStepAsync((await ClaimAsync())!, "busy: \0", Now.AddSeconds(9), Now, default);
        Assert.Null(await ClaimAsync(Now.AddSeconds(8)));
        Assert.Equal("busy: \ufffd", (await FindAsync())!.Error);
        var again = (await ClaimAsync(Now.AddSeconds(9)))!;
        Assert.Equal((2, 0, 1), (again.Claim, again.Returned, again.Failures));
        await Store.ReturnExportStepAsync(again, error: null, Now, Now, default);
        var third = (await ClaimAsync())!;
        Assert.Equal((3, 1, 1), (third.Claim, third.Returned, third.Failures));
    }

    [Fact]
    public async Task Claim_OfSeveralExports_GoesByTurns()
    {
        await PlannedAsync(shards: 3);
        var other = Guid.NewGuid();
        await Store.RequestExportAsync(other, Name, Request, Now, default);
        var plan = (await ClaimAsync())!;
        await Store.AddExportShardsAsync(plan, [Shard(0), Shard(1)], default);
        await Store.CompleteExportStepAsync(plan, null, Now, default);

        var order = new List<(bool Other, int Number)>();
        while (await ClaimAsync() is { } step)
        {
            order.Add((step.Export == plan.Export, step.Number));
        }

        Assert.Equal([(false, 0), (true, 0), (false, 1), (true, 1), (false, 2)], order);
    }

    [Fact]
    public async Task Manifest_OfSomeLines_IsThatOfThoseLines()
    {
        var batch = new SubmitBatch { Id = _batch, Tenant = "acme", Name = "prompts", Parts = [new BatchPart(9, 100, new string('a', 64))], SubmittedAt = Now };
        await Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = Now }, default);
        await Store.ExpandBatchAsync(
            new BatchExpansion
            {
                BatchId = _batch,
                LinesBefore = 0,
                LinesAfter = 9,
                NextPart = 1,
                NextOffset = 0,
                IsLast = true,
                Jobs = [.. Enumerable.Range(1, 9).Select(line => new BatchJob(line, Samples.Job(DerivedId.FromBatchLine(_batch, line), images: 2)))],
                At = Now,
            },
            default);
        var released = await ReleaseAsync();
        await Store.ApplyAsync([.. released.Select(r => JobEvent.From(Samples.Completed(r.Message.JobId, images: 2)))], Policy, Now, RunningLease, default);

        var records = await Store.ReadBatchManifestAsync(_batch, 4, 6, default).ToListAsync();

        Assert.Equal([(4L, 0), (4, 1), (5, 0), (5, 1), (6, 0), (6, 1)], records.Select(r => (r.Line!.Value, r.Image.Index)));
        Assert.Empty(await Store.ReadBatchManifestAsync(_batch, 10, 20, default).ToListAsync());
        Assert.Empty(await Store.ReadBatchManifestAsync(Guid.NewGuid(), 1, 20, default).ToListAsync());
    }

    private static ExportShardPlan Shard(int number, string leftOut = "") => new(number, $"contents {number}", leftOut);

    private Task<ExportRequestOutcome> RequestAsync(ExportBatch? request = null, DateTimeOffset? now = null) =>
        Store.RequestExportAsync(_batch, Name, request ?? Request, now ?? Now, default);

    private Task<ExportStep?> ClaimAsync(DateTimeOffset? now = null, TimeSpan? lease = null) =>
        Store.ClaimExportStepAsync(now ?? Now, lease ?? Lease, default);

    private Task<ExportState?> CancelAsync(DateTimeOffset? now = null) => Store.CancelExportAsync(_batch, Name, now ?? Now, default);

    private Task<ExportSnapshot?> FindAsync() => Store.FindExportAsync(_batch, Name, default);

    private async Task<(ExportState State, int Run, int Shards, int Done)> StandAsync()
    {
        var export = (await FindAsync())!;
        return (export.State, export.Run, export.Shards, export.ShardsDone);
    }

    private async Task PlannedAsync(int shards)
    {
        Assert.Equal(ExportRequestOutcome.Started, await RequestAsync());
        var plan = (await ClaimAsync())!;
        Assert.True(await Store.AddExportShardsAsync(plan, [.. Enumerable.Range(0, shards).Select(n => Shard(n))], default));
        Assert.True(await Store.CompleteExportStepAsync(plan, null, Now, default));
    }
}

public sealed class EmbeddedExportTests() : ExportTests(JobStoreKind.Embedded);

public sealed class PostgresExportTests() : ExportTests(JobStoreKind.Postgres);
