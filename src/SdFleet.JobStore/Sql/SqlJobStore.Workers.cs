using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Workers;
using SdFleet.JobStore.Transitions;

namespace SdFleet.JobStore.Sql;

internal sealed partial class SqlJobStore
{
    public async Task<IReadOnlyList<UnwantedAttempt>> RecordHeartbeatsAsync(
        IReadOnlyList<WorkerHeartbeat> heartbeats, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(heartbeats);
        var newest = heartbeats.GroupBy(h => h.WorkerId).Select(g => g.MaxBy(h => h.At)!).ToList();
        return newest.Count == 0
            ? []
            : await WriteAsync(session => RecordAsync(session, newest, now, now + lease, cancellationToken), cancellationToken);
    }

    public async Task<IReadOnlyList<WorkerView>> ListWorkersAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var workers = await ReadAsync(
            session => session.QueryAsync(
                _sql.SelectWorkers,
                null,
                reader => (Heartbeat: RowReaders.Json<WorkerHeartbeat>(reader, 0), AliveUntil: SqlTime.From(reader.GetInt64(1))),
                cancellationToken),
            cancellationToken);
        return
        [
            .. workers.Select(w => new WorkerView
            {
                Heartbeat = w.Heartbeat,
                Alive = w.AliveUntil > now && w.Heartbeat.State != WorkerState.Stopped,
            }),
        ];
    }

    public Task<int> ForgetWorkersAsync(DateTimeOffset lastSeenBefore, CancellationToken cancellationToken) =>
        WriteAsync(
            session => session.ExecuteAsync(_sql.DeleteWorkers, new { before = SqlTime.Of(lastSeenBefore) }, cancellationToken), cancellationToken);

    private async Task<IReadOnlyList<UnwantedAttempt>> RecordAsync(
        Session session,
        IReadOnlyList<WorkerHeartbeat> heartbeats,
        DateTimeOffset now,
        DateTimeOffset leaseUntil,
        CancellationToken cancellationToken)
    {
        var rows = heartbeats.Select(h => new
        {
            h.WorkerId,
            SentAt = h.At,
            SeenAt = now,
            AliveUntil = leaseUntil,
            Heartbeat = JsonSerializer.Serialize(h, ContractsJson.Options),
        });
        var updated = await session.QueryAsync(
            _sql.UpsertWorkers, new { rows = SqlJson.Rows(rows) }, reader => reader.GetString(0), cancellationToken);
        var held = heartbeats
            .Where(h => updated.Contains(h.WorkerId))
            .SelectMany(h => h.Holds.Select(attempt => (h.WorkerId, Held: attempt)))
            .ToList();
        if (held.Count == 0)
        {
            return [];
        }

        var jobs = await TakeAsync(session, held.Select(h => h.Held.JobId), cancellationToken);
        var renewed = new Dictionary<Guid, JobRow>();
        var unwanted = new List<UnwantedAttempt>();
        foreach (var (workerId, attempt) in held)
        {
            var job = jobs.GetValueOrDefault(attempt.JobId);
            if (job is not null && job.IsAlive(attempt.Attempt))
            {
                renewed[job.Id] = JobTransitions.Held(job, leaseUntil);
            }
            else
            {
                unwanted.Add(new UnwantedAttempt(workerId, attempt.JobId, attempt.Attempt, job?.State));
            }
        }

        await UpdateAsync(session, renewed.Values, cancellationToken);
        return unwanted;
    }
}
