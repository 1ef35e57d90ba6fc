using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using SdFleet.Contracts.Webhooks;
using SdFleet.Contracts.Workers;

namespace SdFleet.JobStore.Tests.Compatibility;

/// <summary>
/// A day in the life of a store, always the same: everything that the services ask of it, so that every statement is run, with
/// jobs in every state on the way.
/// </summary>
internal static class RecordedLife
{
    private const string OtherModel = "sd15";
    private const string Url = "https://example.org/hook";
    private const string ExportSummaryJson =
        "{\"samples\":5,\"shards\":2,\"sealed\":1,\"shardsWritten\":2,\"outstanding\":0,\"absent\":{\"failed\":1},\"problems\":0,\"firstProblems\":[]}";

    private static readonly DateTimeOffset Start = Samples.Time;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly RetryPolicy Policy = new() { MaxFailures = 3, MaxEvictions = 3 };

    public static async Task RunAsync(IJobStore store)
    {
        await JobsAsync(store);
        await BatchesAsync(store);
        await ReadAsync(store);
        await WebhooksAsync(store);
        await PausesAsync(store);
        await RepairAsync(store);
        await ExportsAsync(store);
    }

    private static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);

    private static async Task JobsAsync(IJobStore store)
    {
        await store.RejectAsync([new SubmissionRejected { JobId = Id(6), Tenant = "acme", Errors = [new FieldError("steps", "900", "at most 150")], Body = "{}", At = Start }], default);
        await store.AdmitAsync(
            [
                Samples.Job(Id(1), images: 2), Samples.Job(Id(2)), Samples.Job(Id(3), tenant: "globex"), Samples.Job(Id(4), tenant: "globex"),
                Samples.Job(Id(5), model: OtherModel), Samples.Job(Id(6)), Samples.Job(Id(7)),
            ],
            default);
        await store.AdmitAsync([Samples.Job(Id(1), images: 2), Samples.Job(Id(2), "something else")], default);
        var released = await ReleaseAsync(store, Lane.Normal, 5, Start);
        foreach (var job in released)
        {
            await ApplyAsync(store, Start, Samples.Started(job.Message.JobId));
        }

        await store.RecordHeartbeatsAsync(
            [Samples.Heartbeat("w1", Start, WorkerState.Busy, [.. released.Select(r => new HeldAttempt(r.Message.JobId, 1))]), Samples.Heartbeat("w2", Start)], Start.AddSeconds(1), Lease, default);
        await ApplyAsync(store, Start.AddSeconds(2), Samples.Progress(Id(1), 3), Samples.Completed(Id(1), images: 2), Samples.Failed(Id(2)), Samples.Failed(Id(3), ErrorClass.Evicted));
        await store.CancelAsync([Id(4), Id(99)], Start.AddSeconds(3), default);
        await store.ExpireLeasesAsync(Policy, Start.AddHours(1), 100, default);
        await ReleaseAsync(store, Lane.Normal, 10, Start.AddHours(2));
        var drawnAgain = Samples.Completed(Id(2), attempt: 2) with { Images = [Samples.Image(Id(2), 0) with { Draws = [new FilteredDraw(1, FilterReason.Blank, new ImageScores { IsBlank = true })] }] };
        await ApplyAsync(store, Start.AddHours(2), Samples.Started(Id(2), attempt: 2), drawnAgain, Samples.Failed(Id(6), ErrorClass.Permanent, attempt: 2));
        await store.ReturnAsync([new HeldAttempt(Id(3), 2)], default);
        await store.ForgetWorkersAsync(Start.AddDays(-1), default);
    }

    private static async Task BatchesAsync(IJobStore store)
    {
        var (batch, cancelled) = (Batch(Id(100)), Batch(Id(101)));
        foreach (var one in new[] { batch, batch, cancelled })
        {
            await store.AdmitBatchAsync(new NewBatch { Batch = one, Digest = BatchDigest.Of(one), AdmittedAt = Start, Traceparent = "00-trace" }, default);
        }

        await store.ListBatchSourcesAsync(10, 10, default);
        await store.ExpandBatchAsync(Expansion(batch, 0, 3, isLast: false, 1, 2), default);
        await store.ExpandBatchAsync(Expansion(batch, 3, 4, isLast: true, 4), default);
        await store.ExpandBatchAsync(Expansion(cancelled, 0, 3, isLast: false, 1, 2), default);
        await store.PauseBatchAsync(batch.Id, paused: true, default);
        await ReleaseAsync(store, Lane.Bulk, 1, Start);
        await store.PauseBatchAsync(batch.Id, paused: false, default);
        await store.CancelBatchAsync(cancelled.Id, Start.AddSeconds(1), default);
        var released = await ReleaseAsync(store, Lane.Bulk, 10, Start.AddSeconds(2));
        await ApplyAsync(store, Start.AddSeconds(3), [.. released.Skip(1).Select(r => JobEvent.From(Samples.Completed(r.Message.JobId)))]);
        await ApplyAsync(store, Start.AddSeconds(4), Samples.Failed(released[0].Message.JobId, ErrorClass.Permanent));
        await store.CompleteBatchesAsync(Start.AddSeconds(5), default);
        await store.FindBatchAsync(batch.Id, default);
        await store.ListBatchesAsync("acme", before: null, 10, default);
        await store.ListBatchesAsync(tenant: null, before: 100, 10, default);
        await store.ReadBatchActivityAsync(batch.Id, Start, default);
        await store.ListBatchProblemsAsync(batch.Id, 0, 10, default);
        await store.ReadBatchJobsAsync(batch.Id, default).CountAsync();
        await store.ReadBatchManifestAsync(batch.Id, default).CountAsync();
    }

    private static async Task ReadAsync(IJobStore store)
    {
        await store.PingAsync(default);
        foreach (var id in new[] { Id(1), Id(2), Id(4), Id(6), Id(98) })
        {
            await store.FindJobAsync(id, default);
        }

        await store.FindImageAsync(Id(1), 1, default);
        await store.ListWorkersAsync(Start.AddHours(3), default);
        await store.CountAsync(default);
        await store.InFlightAsync(Samples.Model, default);
        await store.ReadManifestAsync(jobIds: null, default).CountAsync();
        await store.ReadManifestAsync([Id(1), Id(2)], default).CountAsync();
    }

    private static async Task WebhooksAsync(IJobStore store)
    {
        var webhook = new Webhook { Url = Url };
        await store.AdmitAsync([Samples.Job(Id(20), webhook: webhook), Samples.Job(Id(21), webhook: webhook), Samples.Job(Id(22), webhook: webhook)], default);
        await store.CancelAsync([Id(20), Id(21)], Start, default);
        foreach (var receiver in await store.ListDueReceiversAsync(Start, perTenant: 4, max: 4, default))
        {
            var claimed = await store.ClaimWebhooksAsync(receiver, 4, Start, Lease, default);
            await store.RecordWebhooksAsync(
                [
                    new WebhookOutcome { Id = claimed[0].Id, Attempt = 1, State = WebhookState.Delivered, Status = 204 },
                    new WebhookOutcome { Id = claimed[1].Id, Attempt = 1, State = WebhookState.Abandoned, IsFailure = true, Status = 410, Error = "gone" },
                ],
                Start.AddSeconds(1),
                default);
            await store.RetryWebhookAsync(claimed[1].Id, Start.AddSeconds(2), default);
            await store.FindWebhookAsync(claimed[1].Id, default);
        }

        foreach (var tenant in new[] { null, "acme" })
        {
            await store.ListWebhooksAsync(tenant, state: null, before: null, 10, default);
            await store.ListWebhooksAsync(tenant, WebhookState.Pending, before: null, 10, default);
        }

        await store.ForgetWebhooksAsync(Start.AddDays(-1), default);
    }

    private static async Task PausesAsync(IJobStore store)
    {
        await store.PauseModelAsync(OtherModel, paused: true, default);
        await store.PauseTenantAsync("globex", paused: true, byOperator: true, default);
        await store.ListPausedModelsAsync(default);
        await store.ListTenantsAsync(default);
        await store.FindTenantAsync("globex", default);
        await store.CountOutstandingAsync(Samples.Model, default);
        await ReleaseAsync(store, Lane.Normal, 2, Start.AddHours(3));
        await store.PauseTenantAsync("globex", paused: false, byOperator: false, default);
        await store.PauseTenantAsync("globex", paused: false, byOperator: true, default);
        await store.PauseModelAsync(OtherModel, paused: false, default);
    }

    private static async Task RepairAsync(IJobStore store)
    {
        await store.ReopenAsync([Id(1), Id(97)], default);
        await ReleaseAsync(store, Lane.Normal, 10, Start.AddHours(4));
        var again = Samples.Completed(Id(1), images: 2, attempt: 2);
        await ApplyAsync(store, Start.AddHours(4), again with { Images = [.. again.Images.Select(i => i with { Sha256 = new string('c', 64) })] });
    }

    // An export whose first run fails, and whose second comes to its end.
    private static async Task ExportsAsync(IJobStore store)
    {
        var (batch, name, request) = (Id(100), "webdataset", new ExportBatch { Format = DatasetFormat.WebDataset, LinesPerShard = 2, License = "cc0-1.0" });
        await store.RequestExportAsync(batch, name, request, Start, default);
        await store.RequestExportAsync(batch, name, request, Start, default);
        await store.ReturnExportStepAsync((await store.ClaimExportStepAsync(Start, Lease, default))!, "busy", Start.AddSeconds(1), Start, default);
        await store.ReturnExportStepAsync((await store.ClaimExportStepAsync(Start.AddSeconds(1), Lease, default))!, "no such place", nextAttemptAt: null, Start, default);
        await store.RequestExportAsync(batch, name, request with { License = "openrail" }, Start.AddDays(1), default);
        var plan = (await store.ClaimExportStepAsync(Start.AddDays(1), Lease, default))!;
        await store.RenewExportStepAsync(plan, Start.AddDays(1) + Lease, default);
        await store.AddExportShardsAsync(plan, [new(0, "lines 1 to 2", ""), new(1, "lines 3 to 4", "4/0")], default);
        await store.CompleteExportStepAsync(plan, result: null, Start.AddDays(1), default);
        while (await store.ClaimExportStepAsync(Start.AddDays(1), Lease, default) is { } step)
        {
            await store.CompleteExportStepAsync(step, step.Number >= 0 ? "{}" : ExportSummaryJson, Start.AddDays(1), default);
        }

        await store.RequestExportAsync(batch, "parquet", request with { Format = DatasetFormat.Parquet }, Start.AddDays(1), default);
        await store.CancelExportAsync(batch, "parquet", Start.AddDays(1), default);
        await store.FindExportAsync(plan.Export, default);
        await store.FindExportAsync(batch, name, default);
        await store.ListExportsAsync(batch, default);
        await store.ListExportShardsAsync(plan.Export, -1, 10, default);
        await store.ReadBatchManifestAsync(batch, 1, 2, default).CountAsync();
        await store.FindInputsInUseAsync("acme", default);
    }

    private static SubmitBatch Batch(Guid id) => new()
    {
        Id = id,
        Tenant = "acme",
        Name = "prompts",
        Parts = [new BatchPart(4, 100, new string('a', 64))],
        SubmittedAt = Start.AddSeconds(-5),
    };

    private static BatchExpansion Expansion(SubmitBatch batch, long before, long after, bool isLast, params int[] lines) => new()
    {
        BatchId = batch.Id,
        LinesBefore = before,
        LinesAfter = after,
        NextPart = isLast ? 1 : 0,
        NextOffset = isLast ? 0 : 33,
        IsLast = isLast,
        Jobs = [.. lines.Select(line => new BatchJob(line, Samples.Job(DerivedId.FromBatchLine(batch.Id, line), $"picture {line}", lane: Lane.Bulk)))],
        Problems = before == 0 ? [new BatchProblem(3, [new FieldError("steps", "900", "at most 150")])] : [],
        At = Start,
    };

    private static Task<IReadOnlyList<ReleasedJob>> ReleaseAsync(IJobStore store, Lane lane, int max, DateTimeOffset now) =>
        store.ReleaseAsync(Samples.Model, lane, max, now, Lease, default);

    private static Task<IReadOnlyList<EventOutcome>> ApplyAsync(IJobStore store, DateTimeOffset now, params JobEvent[] events) => store.ApplyAsync(events, Policy, now, Lease, default);
}
