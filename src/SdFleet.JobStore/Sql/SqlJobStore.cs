using System.Data.Common;
using SdFleet.JobStore.Transitions;

namespace SdFleet.JobStore.Sql;

/// <summary>
/// The job store. Events, heartbeats, expiries and requests to cancel all go the same way: take the jobs' rows, let
/// <see cref="JobTransitions"/> decide, write back what changed, commit.
/// </summary>
internal sealed partial class SqlJobStore(Database database, TimeProvider time) : IJobStore
{
    private const int MaxTries = 5;

    private readonly JobStatements _sql = new(database);

    public Task MigrateAsync(CancellationToken cancellationToken) =>
        CallAsync(async () =>
        {
            await new Migrator(database, time).MigrateAsync(cancellationToken);
            return true;
        }, cancellationToken);

    public Task PingAsync(CancellationToken cancellationToken) =>
        ReadAsync(session => session.QueryAsync("SELECT 1", null, reader => reader.GetInt32(0), cancellationToken), cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        CallAsync(async () =>
        {
            await using var session = await database.OpenAsync(cancellationToken);
            return await work(session);
        }, cancellationToken);

    private Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) =>
        CallAsync(async () =>
        {
            await using var session = await database.BeginAsync(cancellationToken);
            var result = await work(session);
            await session.CommitAsync(cancellationToken);
            return result;
        }, cancellationToken);

    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (DbException exception) when (database.IsConflict(exception) && tries < MaxTries)
            {
                // Two transactions stood in each other's way and this one lost. Nothing of it is left; it is done again.
                await Task.Delay(TimeSpan.FromMilliseconds(10 << tries), time, cancellationToken);
            }
            catch (Exception exception) when (exception is DbException or IOException or UnauthorizedAccessException or TimeoutException)
            {
                throw database.Translate(exception);
            }
        }
    }

    private async Task<Dictionary<Guid, JobRow>> TakeAsync(Session session, IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(_sql.SelectForUpdate, Ids(ids), RowReaders.TakenJob, cancellationToken);
        return rows.ToDictionary(r => r.Id);
    }

    private async Task UpdateAsync(Session session, IReadOnlyCollection<JobRow> changed, CancellationToken cancellationToken)
    {
        if (changed.Count > 0)
        {
            await session.ExecuteAsync(_sql.UpdateJobs, new { rows = SqlJson.Rows(changed) }, cancellationToken);
        }
    }

    // For changes that may end jobs: what is to be told of an end is written with it, or neither is.
    private async Task UpdateAsync(Session session, IReadOnlyCollection<JobRow> changed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await UpdateAsync(session, changed, cancellationToken);
        await AnnounceAsync(session, changed.Select(job => Announcement.Of(job, now)), cancellationToken);
    }

    private static object Ids(IEnumerable<Guid> ids) => new { rows = SqlJson.Rows(ids.Distinct().Select(id => new { id })) };
}
