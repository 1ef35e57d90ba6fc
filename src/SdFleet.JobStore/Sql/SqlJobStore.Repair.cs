using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore.Transitions;

namespace SdFleet.JobStore.Sql;

internal sealed partial class SqlJobStore
{
    public async Task<IReadOnlyList<ReopenOutcome>> ReopenAsync(IReadOnlyList<Guid> jobIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobIds);
        return jobIds.Count == 0
            ? []
            : await WriteAsync(
                async session =>
                {
                    var jobs = await TakeAsync(session, jobIds, cancellationToken);
                    var reopened = jobs.Values.Where(j => j is { State: JobState.Completed or JobState.Failed, Webhook: null }).Select(JobTransitions.Reopened).ToDictionary(j => j.Id);
                    await UpdateAsync(session, reopened.Values, cancellationToken);
                    return jobIds
                        .Select(id => reopened.TryGetValue(id, out var job) ? new ReopenOutcome(id, ReopenResult.Reopened, job.State) : Outcome(id, jobs.GetValueOrDefault(id)))
                        .ToList();
                },
                cancellationToken);
    }

    // The records of what came out as before stay as they are; those of what did not are taken out of the way of the new ones.
    private async Task<IReadOnlyList<ImageRecord>> MakeRoomAsync(
        Session session, JobRow job, IReadOnlyList<ImageRecord> finished, CancellationToken cancellationToken)
    {
        if (job.ReopenedAfter == 0)
        {
            return finished;
        }

        var stored = (await session.QueryAsync(_sql.SelectImages, new { seq = job.Seq }, reader => RowReaders.Json<ImageRecord>(reader, 0), cancellationToken))
            .ToDictionary(i => i.Index, i => i.Sha256);
        var changed = finished.Where(i => !stored.TryGetValue(i.Index, out var sha256) || sha256 != i.Sha256).ToList();
        var old = changed.Where(i => stored.ContainsKey(i.Index)).Select(i => new { job_seq = job.Seq, idx = i.Index }).ToList();
        if (old.Count > 0)
        {
            await session.ExecuteAsync(_sql.DeleteImages, new { rows = SqlJson.Rows(old) }, cancellationToken);
        }

        return changed;
    }

    private static ReopenOutcome Outcome(Guid id, JobRow? job) => job switch
    {
        null => new ReopenOutcome(id, ReopenResult.Unknown, State: null),
        // An end that was told, or is about to be, stays.
        { State: JobState.Cancelled or JobState.Rejected } or { State: JobState.Completed or JobState.Failed, Webhook: not null } => new ReopenOutcome(id, ReopenResult.Refused, job.State),
        _ => new ReopenOutcome(id, ReopenResult.Underway, job.State),
    };
}
