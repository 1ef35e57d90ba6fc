using Microsoft.Extensions.Options;
using SdFleet.Contracts.Identity;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Batches;

/// <summary>
/// Removes the parts of uploads that nobody ever submitted. Only what is old and has not changed from one look to the next: an upload that
/// goes on has a new part, and one that is submitted becomes a batch, which may take a while where the coordinators were away. One that
/// goes on all the same, after that long, finds its parts gone and uploads them again. Whether an upload is a batch is what this fleet's job
/// store says: a container belongs to one job store.
/// </summary>
internal sealed partial class AbandonedUploads(
    IJobStore store, IArtifactStore artifacts, IOptions<BatchOptions> options, TimeProvider clock, ILogger<AbandonedUploads> logger)
{
    private Dictionary<Guid, (int Parts, DateTimeOffset Newest)> _seen = [];

    /// <summary>Looks at all uploads, and removes those that were as old at the last look already.</summary>
    /// <returns>How many parts it has removed.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - options.Value.KeepUploads;
        var seen = new Dictionary<Guid, (int, DateTimeOffset)>();
        var removed = 0;
        await foreach (var folder in artifacts.ListFoldersAsync(ArtifactName.Batches, cancellationToken).ConfigureAwait(false))
        {
            if (!Guid.TryParseExact(folder, "D", out var id) ||
                await store.FindBatchAsync(id, cancellationToken).ConfigureAwait(false) is not null ||
                await PartsAsync(id, cancellationToken).ConfigureAwait(false) is not { Count: > 0 } parts)
            {
                continue;
            }

            var upload = (parts.Count, Newest: parts.Max(p => p.ModifiedAt));
            if (upload.Newest >= before)
            {
                continue;
            }

            if (!_seen.TryGetValue(id, out var earlier) || earlier != upload)
            {
                seen.Add(id, upload);
                continue;
            }

            removed += await RemoveAsync(id, parts, upload.Newest, cancellationToken).ConfigureAwait(false);
        }

        _seen = seen;
        return removed;
    }

    private async Task<int> RemoveAsync(Guid id, List<ArtifactEntry> parts, DateTimeOffset newest, CancellationToken cancellationToken)
    {
        // Again, as close as can be: listing many takes long.
        if (await store.FindBatchAsync(id, cancellationToken).ConfigureAwait(false) is not null)
        {
            return 0;
        }

        var removed = 0;
        foreach (var part in parts)
        {
            removed += await artifacts.RemoveAsync(part.Name, newest, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        LogRemoved(removed, parts.Sum(p => p.Length), id, newest);
        CoordinatorMetrics.AbandonedParts.Add(removed);
        return removed;
    }

    // Null where there is anything else: then it was a batch once, whatever the job store knows.
    private async Task<List<ArtifactEntry>?> PartsAsync(Guid id, CancellationToken cancellationToken)
    {
        var parts = new List<ArtifactEntry>();
        await foreach (var entry in artifacts.ListAsync(ArtifactName.BatchRoot(id) + "/", cancellationToken).ConfigureAwait(false))
        {
            if (!ArtifactName.IsBatchPart(entry.Name))
            {
                return null;
            }

            parts.Add(entry);
        }

        return parts;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Parts} parts ({Bytes} bytes) of upload {Id}, which nobody submitted; its last part came at {Newest}")]
    private partial void LogRemoved(int parts, long bytes, Guid id, DateTimeOffset newest);
}
