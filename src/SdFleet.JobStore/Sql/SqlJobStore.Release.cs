using SdFleet.Contracts.Jobs;
using SdFleet.JobStore.Fairness;

namespace SdFleet.JobStore.Sql;

/// <content>
/// Releasing. One at a time in each lane, and the tenants' clocks are written with the jobs: several coordinators, or one that
/// was started again, share as one would.
/// </content>
internal sealed partial class SqlJobStore
{
    // More than are released at once: a tenant whose jobs all failed must not keep another's one from being tried again.
    private const int MostWoken = 1000;

    public async Task<IReadOnlyList<ReleasedJob>> ReleaseAsync(
        string model, Lane lane, int max, DateTimeOffset now, TimeSpan lease, TenantWeights weights, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        if (max <= 0)
        {
            return [];
        }

        var word = SqlWords.Of(lane);
        return await WriteAsync(
            async session =>
            {
                var clock = await TakeLaneAsync(session, model, word, cancellationToken);
                await session.ExecuteAsync(
                    _sql.WakeDelayed, new { model, lane = word, max = Math.Max(max, MostWoken), now = SqlTime.Of(now) }, cancellationToken);
                var sources = await session.QueryAsync(_sql.SelectReadySources, new { model, lane = word }, RowReaders.ReadySource, cancellationToken);
                return await ReleaseAsync(session, model, word, new FairQueue(clock, sources, weights), max, now, now + lease, cancellationToken);
            },
            cancellationToken);
    }

    private async Task<IReadOnlyList<ReleasedJob>> ReleaseAsync(
        Session session,
        string model,
        string lane,
        FairQueue queue,
        int max,
        DateTimeOffset now,
        DateTimeOffset leaseUntil,
        CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, ReleasedJob>();
        var taken = new List<long>();
        while (taken.Count < max && queue.Missing(max - taken.Count) is { Count: > 0 } wanted)
        {
            var parameters = new { model, lane, now = SqlTime.Of(now), max = wanted.Sum(w => w.Take), rows = SqlJson.Rows(wanted) };
            var jobs = await session.QueryAsync(_sql.SelectReadyJobs, parameters, RowReaders.ReadyJob, cancellationToken);
            foreach (var (ready, job) in jobs)
            {
                found.Add(ready.Seq, job);
            }

            queue.Add(wanted, jobs.Select(j => j.Ready));
            taken.AddRange(queue.Take(max - taken.Count).Select(j => j.Seq));
        }

        if (taken.Count > 0)
        {
            var released = new { now = SqlTime.Of(now), lease = SqlTime.Of(leaseUntil), rows = SqlJson.Rows(taken.Select(seq => new { seq })) };
            await session.ExecuteAsync(_sql.ReleaseJobs, released, cancellationToken);
            var clocks = queue.Charged.Append((Tenant: "", queue.Clock, Paid: 0.0)).Select(c => new { c.Tenant, c.Clock, c.Paid });
            await session.ExecuteAsync(_sql.UpsertClocks, new { model, lane, rows = SqlJson.Rows(clocks) }, cancellationToken);
        }

        return [.. taken.Select(seq => found[seq])];
    }

    // At the release nobody knows how often a filter will have a picture drawn again.
    private async Task ChargeRedrawsAsync(Session session, Dictionary<long, int> redraws, CancellationToken cancellationToken)
    {
        var parameters = new { rows = SqlJson.Rows(redraws.Keys.Select(seq => new { seq })) };
        var owed = await session.QueryAsync(
            _sql.SelectRecipes,
            parameters,
            reader => new
            {
                Model = reader.GetString(1),
                Lane = reader.GetString(2),
                Tenant = reader.GetString(3),
                Work = redraws[reader.GetInt64(0)] * RowReaders.Json<Recipe>(reader, 4).PixelPasses(),
            },
            cancellationToken);
        await session.ExecuteAsync(_sql.AddOwed, new { rows = SqlJson.Rows(owed) }, cancellationToken);
    }

    private async Task<double> TakeLaneAsync(Session session, string model, string lane, CancellationToken cancellationToken)
    {
        var clock = await session.QueryAsync(_sql.SelectLaneForUpdate, new { model, lane }, reader => reader.GetDouble(0), cancellationToken);
        if (clock.Count == 0)
        {
            await session.ExecuteAsync(_sql.InsertLane, new { model, lane }, cancellationToken);
            clock = await session.QueryAsync(_sql.SelectLaneForUpdate, new { model, lane }, reader => reader.GetDouble(0), cancellationToken);
        }

        return clock[0];
    }
}
