using System.Text.Json;
using Microsoft.Extensions.Options;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Export;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Exports;

/// <summary>
/// Does steps of exports, whichever are due: several coordinators do so at once, and what one that died had begun is done by another.
/// Shards are built from their own records alone, so that each comes out the same wherever it is built; which pictures it has, as it
/// depends on those before it, is found out once, in the step that plans. The last step is an export like any other that finds the shards
/// written: so what the fleet makes is what one host would make.
/// </summary>
internal sealed partial class ExportRunner(
    IJobStore jobs,
    IArtifactStore artifacts,
    IOptions<ArtifactStoreOptions> store,
    IOptions<ExportOptions> options,
    TimeProvider clock,
    ILogger<ExportRunner> logger)
{
    private const int ResultPage = 1000;
    private const int ShownProblems = 10;

    // A step that kills its host, time and again, must not do so for ever.
    private const int MaxClaims = 50;

    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan MinPatience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan NextLook = TimeSpan.FromSeconds(5);

    /// <summary>Does one step.</summary>
    /// <returns>False where none is due.</returns>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        if (await jobs.ClaimExportStepAsync(clock.GetUtcNow(), options.Value.Lease, cancellationToken).ConfigureAwait(false) is not { } step)
        {
            return false;
        }

        var what = step.Number switch { ExportStep.Plan => "plan", ExportStep.Finish => "finish", _ => "shard" };
        if (await jobs.FindExportAsync(step.Export, cancellationToken).ConfigureAwait(false) is not { } export)
        {
            return true;
        }

        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewal = RenewAsync(step, working, done.Token);
        string outcome;
        try
        {
            var lost = step.Claim - step.Returned;
            if (lost > MaxClaims)
            {
                throw new DatasetException($"It was begun {lost - 1} times and never ended: whoever does it dies.");
            }

            if (export.Request.Place is { } place)
            {
                await CheckPlaceAsync(export.BatchId, place, working.Token).ConfigureAwait(false);
            }

            var result = step.Number switch
            {
                ExportStep.Plan => await PlanAsync(step, export, working.Token).ConfigureAwait(false),
                ExportStep.Finish => await FinishAsync(step, export, working.Token).ConfigureAwait(false),
                _ => await BuildAsync(step, export, working.Token).ConfigureAwait(false),
            };
            outcome = await jobs.CompleteExportStepAsync(step, result, clock.GetUtcNow(), CancellationToken.None).ConfigureAwait(false) ? "done" : "lost";
            if (step.Number == ExportStep.Finish && outcome == "done")
            {
                LogCompleted(export.Name, export.BatchId);
            }
        }
        catch (Exception e) when (e is LostStepException || (e is OperationCanceledException && working.IsCancellationRequested && !cancellationToken.IsCancellationRequested))
        {
            outcome = "lost";
            LogLost(what, step.Number, export.Name, export.BatchId);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody has to wait for the lease to end.
            await jobs.ReturnExportStepAsync(step, error: null, DateTimeOffset.UnixEpoch, clock.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
            throw;
        }
#pragma warning disable CA1031 // Whatever it was, it was about this export: the others go on, and this one is tried again or given up with the reason.
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcome = "failed";
            await ReturnAsync(step, export, what, e).ConfigureAwait(false);
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await renewal.ConfigureAwait(false);
        }

        CoordinatorMetrics.ExportSteps.Add(1, new("sdfleet.export.step", what), new("sdfleet.result", outcome));
        return true;
    }

    // What was allowed when it was asked for may not be any more, and this host may be configured otherwise than the one that was asked.
    private async Task CheckPlaceAsync(Guid batchId, string place, CancellationToken cancellationToken)
    {
        var batch = await jobs.FindBatchAsync(batchId, cancellationToken).ConfigureAwait(false);
        if (batch is not null && ExportPlaces.Check(store.Value, batch.Batch.Tenant, place) is { } elsewhere)
        {
            throw new DatasetException($"This coordinator may not write there. {elsewhere}.");
        }
    }

    private async Task<string?> PlanAsync(ExportStep step, ExportSnapshot export, CancellationToken cancellationToken)
    {
        await DatasetExport.PlanAsync(
            OptionsOf(export),
            ImagesOf(export, cancellationToken),
            BatchRequests.ReadAsync(jobs, export.BatchId, cancellationToken),
            async planned =>
            {
                var shards = planned.Select(p => new ExportShardPlan(p.Number, p.Contents, TextOf(p.LeftOut))).ToList();
                if (!await jobs.AddExportShardsAsync(step, shards, cancellationToken).ConfigureAwait(false))
                {
                    throw new LostStepException();
                }
            },
            cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async Task<string?> BuildAsync(ExportStep step, ExportSnapshot export, CancellationToken cancellationToken)
    {
        var settings = OptionsOf(export);
        var (first, last) = (((long)step.Number * settings.LinesPerShard) + 1, (step.Number + 1L) * settings.LinesPerShard);
        var leftOut = KeysOf(step.LeftOut!);
        var records = jobs.ReadBatchManifestAsync(export.BatchId, first, last, cancellationToken);
        var images = await ManifestFile.OfAsync(records, cancellationToken).Where(i => !leftOut.Contains(i.Key)).ToListAsync(cancellationToken).ConfigureAwait(false);
        if (DatasetExport.ContentsOf(images) != step.Contents)
        {
            // More has come since it was planned: the last step, which sees all of it at one time, builds this one.
            return null;
        }

        // A coordinator of the version before may have planned it.
        await ExportLedger.RequireCurrentVersionAsync(settings.Place, cancellationToken).ConfigureAwait(false);
        var built = await new ShardBuilder(settings, artifacts)
            .BuildAsync(step.Number, images, () => RenewNowAsync(step, cancellationToken), cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Serialize(built, ContractsJson.Options);
    }

    private async Task<string?> FinishAsync(ExportStep step, ExportSnapshot export, CancellationToken cancellationToken)
    {
        var settings = OptionsOf(export);
        var builder = new ShardBuilder(settings, artifacts);
        var shards = await ShardsOfAsync(step.Export, cancellationToken).ConfigureAwait(false);
        var result = await DatasetExport.RunAsync(
            settings,
            ImagesOf(export, cancellationToken),
            BatchRequests.ReadAsync(jobs, export.BatchId, cancellationToken),
            artifacts,
            async (number, images, _, token) =>
                shards.TryGetValue(number, out var shard) && shard.Contents == DatasetExport.ContentsOf(images) && shard.Built.Version == ExportIndex.CurrentVersion
                    ? shard.Built
                    : await builder.BuildAsync(number, images, () => RenewNowAsync(step, token), token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Serialize(SummaryOf(result), ContractsJson.Options);
    }

    private async Task<Dictionary<int, (string Contents, BuiltShard Built)>> ShardsOfAsync(long export, CancellationToken cancellationToken)
    {
        var shards = new Dictionary<int, (string, BuiltShard)>();
        for (var after = -1; ;)
        {
            var page = await jobs.ListExportShardsAsync(export, after, ResultPage, cancellationToken).ConfigureAwait(false);
            foreach (var shard in page.Where(s => s.Result is not null))
            {
                shards.Add(shard.Number, (shard.Contents, JsonSerializer.Deserialize<BuiltShard>(shard.Result!, ContractsJson.Options)! with { WasThere = true }));
            }

            if (page.Count < ResultPage)
            {
                return shards;
            }

            after = page[^1].Number;
        }
    }

    private IAsyncEnumerable<DatasetImage> ImagesOf(ExportSnapshot export, CancellationToken cancellationToken) =>
        ManifestFile.OfAsync(jobs.ReadBatchManifestAsync(export.BatchId, cancellationToken), cancellationToken);

    private DatasetExportOptions OptionsOf(ExportSnapshot export)
    {
        var request = export.Request;
        var settings = new DatasetExportOptions
        {
            Place = ExportPlaces.Open(store.Value, export.BatchId, export.Name, request.Place),
            Batch = export.BatchId,
            Format = request.Format,
            LinesPerShard = request.LinesPerShard ?? DatasetExportOptions.DefaultLinesPerShard,
            ShardBytes = request.ShardBytes ?? DatasetExportOptions.DefaultShardBytes,
            License = request.License,
            IsFinal = request.Final,
            IncludesFiltered = request.IncludeFiltered,
            Clock = clock,
            HasSampleSheet = true,
        };
        return request.Title is { } title ? settings with { Name = title } : settings;
    }

    // Until the step is done; where it is lost, whoever does it is stopped.
    private async Task RenewAsync(ExportStep step, CancellationTokenSource working, CancellationToken done)
    {
        var lease = options.Value.Lease;
        var patience = lease * 0.75;
        var last = clock.GetUtcNow();
        try
        {
            while (true)
            {
                await Task.Delay(lease / 4, clock, done).ConfigureAwait(false);
                var now = clock.GetUtcNow();

                // A store that does not answer must not be waited for until somebody else has the step.
                var left = last + patience - now;
                using var late = new CancellationTokenSource(left > MinPatience ? left : MinPatience, clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(done, late.Token);
                try
                {
                    if (!await jobs.RenewExportStepAsync(step, now + lease, either.Token).ConfigureAwait(false))
                    {
                        break;
                    }

                    last = now;
                }
                catch (OperationCanceledException) when (!done.IsCancellationRequested)
                {
                    break;
                }
                catch (JobStoreException e)
                {
                    LogTrouble(e);
                    if (late.IsCancellationRequested || clock.GetUtcNow() - last >= patience)
                    {
                        break;
                    }
                }
            }

            await working.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
        }
    }

    private async Task RenewNowAsync(ExportStep step, CancellationToken cancellationToken)
    {
        if (!await jobs.RenewExportStepAsync(step, clock.GetUtcNow() + options.Value.Lease, cancellationToken).ConfigureAwait(false))
        {
            throw new LostStepException();
        }
    }

    private async Task ReturnAsync(ExportStep step, ExportSnapshot export, string what, Exception error)
    {
        var now = clock.GetUtcNow();
        if (error is DatasetException { IsTransient: true })
        {
            // Somebody else is at work there, and will come to an end.
            await jobs.ReturnExportStepAsync(step, error: null, now + NextLook, now, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        var isLast = error is DatasetException or ArtifactStoreException { IsTransient: false } || step.Failures + 1 >= options.Value.MaxFailures;
        var delay = options.Value.BaseDelay * Math.Pow(2, Math.Min(step.Failures, 20));
        var next = isLast ? (DateTimeOffset?)null : now + (delay < MaxDelay ? delay : MaxDelay);
        var reason = step.Number >= 0 ? FormattableString.Invariant($"shard {step.Number}: {error.Message}") : error.Message;
        LogFailed(error, what, step.Number, export.Name, export.BatchId, next);
        await jobs.ReturnExportStepAsync(step, reason, next, now, CancellationToken.None).ConfigureAwait(false);
    }

    private static ExportSummary SummaryOf(ExportResult result) => new()
    {
        Samples = result.Index.Samples,
        Shards = result.Index.Shards.Count,
        Sealed = result.Index.Shards.Count(s => s.Sealed),
        ShardsWritten = result.ShardsWritten,
        Outstanding = result.Outstanding,
        Absent = result.Absent.ToDictionary(a => a.Key.ToString().ToLowerInvariant(), a => a.Value),
        Problems = result.Problems.Count,
        FirstProblems = [.. result.Problems.Take(ShownProblems).Select(p => $"{p.Image}: {p.Reason}")],
    };

    private static string TextOf(IReadOnlyList<ImageKey> keys) => string.Join(' ', keys.Select(k => FormattableString.Invariant($"{k.Line}/{k.Index}")));

    private static HashSet<ImageKey> KeysOf(string text) =>
    [
        .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(k => k.Split('/')).Select(k => new ImageKey(
            long.Parse(k[0], System.Globalization.CultureInfo.InvariantCulture), int.Parse(k[1], System.Globalization.CultureInfo.InvariantCulture))),
    ];

    [LoggerMessage(Level = LogLevel.Information, Message = "Export {Name} of batch {BatchId} is complete")]
    private partial void LogCompleted(string name, Guid batchId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {What} step {Number} of export {Name} of batch {BatchId} is somebody else's by now")]
    private partial void LogLost(string what, int number, string name, Guid batchId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {What} step {Number} of export {Name} of batch {BatchId} failed; it is tried again at {Next}, or given up")]
    private partial void LogFailed(Exception error, string what, int number, string name, Guid batchId, DateTimeOffset? next);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An export's step cannot be renewed")]
    private partial void LogTrouble(Exception error);
}
