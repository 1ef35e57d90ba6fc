using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Images;

namespace SdFleet.JobStore;

/// <content>
/// Exports that the fleet makes. One is steps: to plan it, to build each shard, to finish it. A step is claimed for a while, renewed, and
/// completed; whoever has lost it to somebody else can record nothing of it.
/// </content>
public partial interface IJobStore
{
    /// <summary>Begins an export, or begins anew one that has come to its end.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="name">Which of its exports.</param>
    /// <param name="request">What is asked for. Place, format, lines and bytes of a shard, and whether what was filtered is in it, stay.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ExportRequestOutcome> RequestExportAsync(Guid batchId, string name, ExportBatch request, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Ends an export that is underway: its steps are nobody's any more, so that whoever does one publishes nothing more of it. Asked for
    /// again, it begins anew.
    /// </summary>
    /// <returns>What it is then: cancelled, now or before, or the other end that it has come to; null where there is none.</returns>
    Task<ExportState?> CancelExportAsync(Guid batchId, string name, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>One export, or null.</summary>
    Task<ExportSnapshot?> FindExportAsync(Guid batchId, string name, CancellationToken cancellationToken);

    /// <summary>The export of a step, or null.</summary>
    Task<ExportSnapshot?> FindExportAsync(long export, CancellationToken cancellationToken);

    /// <summary>A batch's exports, in order of their first requests.</summary>
    Task<IReadOnlyList<ExportSnapshot>> ListExportsAsync(Guid batchId, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a step that is due: what plans or ends an export first, then one shard of each export by turns. Nobody else is given it
    /// before <paramref name="lease"/> is over, or <see cref="RenewExportStepAsync"/> has put that off.
    /// </summary>
    Task<ExportStep?> ClaimExportStepAsync(DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Keeps a step until <paramref name="until"/>.</summary>
    /// <returns>False where it is not this claim's any more.</returns>
    Task<bool> RenewExportStepAsync(ExportStep step, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Adds shards to be built. One that is there with the same contents stays as it is, done or not.</summary>
    /// <param name="plan">The step that found them.</param>
    /// <param name="shards">Some of the shards.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where the step is not this claim's any more; then nothing was added.</returns>
    Task<bool> AddExportShardsAsync(ExportStep plan, IReadOnlyList<ExportShardPlan> shards, CancellationToken cancellationToken);

    /// <summary>What has come of an export's shards, by number, those after <paramref name="after"/>.</summary>
    Task<IReadOnlyList<ExportShardResult>> ListExportShardsAsync(long export, int after, int max, CancellationToken cancellationToken);

    /// <summary>Records that a step is done, and makes the next one due where it was the last of its kind.</summary>
    /// <param name="step">The step.</param>
    /// <param name="result">Of a shard, what came of it; of the last step, the export's <see cref="Contracts.Api.ExportSummary"/> as JSON.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where it is not this claim's any more; then nothing is recorded.</returns>
    Task<bool> CompleteExportStepAsync(ExportStep step, string? result, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Gives a step back.</summary>
    /// <param name="step">The step.</param>
    /// <param name="error">Why; null where it did not fail, and somebody else only has to do it.</param>
    /// <param name="nextAttemptAt">When it is due again; null to give up the whole export.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where it is not this claim's any more; then nothing is recorded.</returns>
    Task<bool> ReturnExportStepAsync(ExportStep step, string? error, DateTimeOffset? nextAttemptAt, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The manifest of some lines of a batch, both ends included, by line, then by index.</summary>
    IAsyncEnumerable<ManifestRecord> ReadBatchManifestAsync(Guid batchId, long firstLine, long lastLine, CancellationToken cancellationToken);
}
