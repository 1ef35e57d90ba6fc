using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Events;
using SdFleet.Coordinator.Release;
using SdFleet.JobStore;
using SdFleet.Storage;
using SdFleet.Storage.Inputs;

namespace SdFleet.Coordinator.Batches;

/// <summary>
/// Turns the lines of batches into jobs, no more of a batch than a window: the rest waits where it is cheap and where
/// cancelling it is one row. Whoever reads lines holds no lock meanwhile; the job store takes what was read only if nobody
/// else was faster, so several coordinators may do this at once, and one may die at any point.
/// </summary>
internal sealed partial class BatchExpander(
    IJobStore store,
    IArtifactStore artifacts,
    BatchPartReader reader,
    StopNotices stops,
    ReleaseSignal release,
    IOptions<BatchOptions> options,
    TimeProvider clock,
    ILogger<BatchExpander> logger)
{
    private const int MaxBatches = 16;
    private const int RenewalsAtOnce = 8;

    /// <summary>Fills every batch's window, and marks the batches that are done. A batch in trouble holds up no other.</summary>
    public async Task ExpandAsync(CancellationToken cancellationToken)
    {
        // A window is filled again once a quarter of it is free, not line by line.
        var window = options.Value.Window;
        var sources = await store.ListBatchSourcesAsync(window - Math.Max(1, window / 4), MaxBatches, cancellationToken).ConfigureAwait(false);
        foreach (var source in sources)
        {
            try
            {
                await ExpandAsync(source, cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it was, it was about this batch: the others go on, and this one is tried again in the next round.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogTrouble(e, source.Batch.Id);
            }
        }

        foreach (var id in await store.CompleteBatchesAsync(clock.GetUtcNow(), cancellationToken).ConfigureAwait(false))
        {
            LogCompleted(id);
        }
    }

    private async Task ExpandAsync(BatchSource source, CancellationToken cancellationToken)
    {
        // Lines, bad ones too: a source of nothing else must not keep this round from the other batches.
        var room = options.Value.Window - source.Queued;
        while (room > 0 && source.NextPart < source.Batch.Parts.Count)
        {
            var part = await ReadPartAsync(source, cancellationToken).ConfigureAwait(false);
            var number = source.NextPart;
            while (room > 0 && source.NextPart == number)
            {
                var now = clock.GetUtcNow();
                var expansion = part is null ? Unreadable(source, now) : reader.Read(source, part, (int)room, now);
                await RenewInputsAsync(source.Batch.Tenant, expansion, now, cancellationToken).ConfigureAwait(false);
                var outcome = await store.ExpandBatchAsync(expansion, cancellationToken).ConfigureAwait(false);
                stops.Send(outcome.Stopped);
                if (!outcome.Applied)
                {
                    return;
                }

                Count("admitted", outcome.Admitted);
                Count("rejected", outcome.BadLines);
                release.Set();
                if (outcome.State == BatchState.Failed)
                {
                    LogFailed(source.Batch.Id, expansion.LinesAfter);
                    return;
                }

                room -= expansion.LinesAfter - source.LinesRead;
                source = source with { NextPart = expansion.NextPart, NextOffset = expansion.NextOffset, LinesRead = expansion.LinesAfter };
            }
        }
    }

    // Before the lines are jobs, as the admission of a job does it: a picture that is renewed is not removed. One that is not there is for its
    // job's worker to say. Where the store is away, the batch waits, as it does for its parts.
    private Task RenewInputsAsync(string tenant, BatchExpansion expansion, DateTimeOffset now, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            expansion.Jobs.SelectMany(j => RecipeInput.Of(j.Job.Job.Recipe)).Select(i => i.Sha256).Distinct(StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = RenewalsAtOnce, CancellationToken = cancellationToken },
            async (sha256, token) => await artifacts
                .RenewAsync(ArtifactName.ForInput(tenant, sha256), now - InputCheck.RenewAfter, token).ConfigureAwait(false));

    // The whole part, as declared; null where it is not there or is something else.
    private async Task<byte[]?> ReadPartAsync(BatchSource source, CancellationToken cancellationToken)
    {
        var declared = source.Batch.Parts[source.NextPart];
        var name = ArtifactName.ForBatchPart(source.Batch.Tenant, source.Batch.Id, source.NextPart);
        await using var content = await artifacts.OpenReadAsync(name, cancellationToken).ConfigureAwait(false);
        if (content is null)
        {
            // A share that is not mounted has nothing: only a store that is well can say that something is not there.
            await artifacts.PingAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }

        if (content.Length != declared.Bytes)
        {
            return null;
        }

        var bytes = new byte[declared.Bytes];
        await content.Stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == declared.Sha256 ? bytes : null;
    }

    private static BatchExpansion Unreadable(BatchSource source, DateTimeOffset now) => new()
    {
        BatchId = source.Batch.Id,
        LinesBefore = source.LinesRead,
        LinesAfter = source.LinesRead,
        NextPart = source.NextPart,
        NextOffset = source.NextOffset,
        Error = $"Part {source.NextPart} of the source is not in the artifact store, or is not what was uploaded.",
        At = now,
    };

    private static void Count(string result, int lines) =>
        CoordinatorMetrics.BatchLines.Add(lines, new KeyValuePair<string, object?>("sdfleet.admission", result));

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Id} is completed")]
    private partial void LogCompleted(Guid id);

    [LoggerMessage(Level = LogLevel.Error, Message = "Batch {Id} has to wait")]
    private partial void LogTrouble(Exception error, Guid id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Id} is given up after {Lines} lines; its record says why")]
    private partial void LogFailed(Guid id, long lines);
}
