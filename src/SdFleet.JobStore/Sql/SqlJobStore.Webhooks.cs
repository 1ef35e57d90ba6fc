using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.JobStore.Sql;

/// <content>Deliveries to webhooks.</content>
internal sealed partial class SqlJobStore
{
    public async Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken) => database.SelectTime is { } clock
        ? DateTimeOffset.UnixEpoch.AddSeconds((await ReadAsync(session => session.QueryAsync(clock, null, reader => reader.GetDouble(0), cancellationToken), cancellationToken))[0])
        : time.GetUtcNow();

    public async Task<IReadOnlyList<WebhookReceiver>> ListDueReceiversAsync(
        DateTimeOffset now, int perTenant, int max, CancellationToken cancellationToken) =>
        await ReadAsync(
            session => session.QueryAsync(_sql.SelectDueReceivers, new { now = SqlTime.Of(now), perTenant, max }, RowReaders.Receiver, cancellationToken),
            cancellationToken);

    public async Task<IReadOnlyList<ClaimedWebhook>> ClaimWebhooksAsync(
        WebhookReceiver receiver, int max, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        var parameters = new { tenant = receiver.Tenant, receiver = receiver.Host, max, now = SqlTime.Of(now), lease = SqlTime.Of(now + lease) };
        return await WriteAsync(
            session => session.QueryAsync(_sql.ClaimWebhooks, parameters, RowReaders.ClaimedWebhook, cancellationToken), cancellationToken);
    }

    public async Task RecordWebhooksAsync(IReadOnlyList<WebhookOutcome> outcomes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        if (outcomes.Count == 0)
        {
            return;
        }

        var rows = SqlJson.Rows(outcomes.Select(o => new
        {
            o.Id,
            o.Attempt,
            o.State,
            Failed = o.IsFailure ? 1 : 0,
            NextAttemptAt = o.State == WebhookState.Pending ? o.NextAttemptAt ?? now : (DateTimeOffset?)null,
            EndedAt = o.State == WebhookState.Pending ? (DateTimeOffset?)null : now,
            o.Status,
            Error = o.Error is null ? null : PrintableText.Of(o.Error),
        }));
        await WriteAsync(session => session.ExecuteAsync(_sql.RecordWebhooks, new { rows }, cancellationToken), cancellationToken);
    }

    public Task<WebhookSnapshot?> FindWebhookAsync(Guid id, CancellationToken cancellationToken) =>
        ReadAsync(
            async session => (await session.QueryAsync(_sql.SelectWebhook, Ids([id]), RowReaders.WebhookSnapshot, cancellationToken)).SingleOrDefault(),
            cancellationToken);

    public async Task<IReadOnlyList<WebhookSnapshot>> ListWebhooksAsync(
        string? tenant, WebhookState? state, long? before, int max, CancellationToken cancellationToken)
    {
        var sql = JobStatements.SelectWebhooks(tenant is not null, state is not null);
        var parameters = new { tenant, state = state is { } wanted ? SqlWords.Of(wanted) : null, before = before ?? long.MaxValue, max };
        return await ReadAsync(session => session.QueryAsync(sql, parameters, RowReaders.WebhookSnapshot, cancellationToken), cancellationToken);
    }

    public async Task<bool> RetryWebhookAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var parameters = new { rows = SqlJson.Rows([new { id }]), now = SqlTime.Of(now) };
        return await WriteAsync(session => session.ExecuteAsync(_sql.RetryWebhook, parameters, cancellationToken), cancellationToken) > 0;
    }

    public Task<int> ForgetWebhooksAsync(DateTimeOffset endedBefore, CancellationToken cancellationToken) =>
        WriteAsync(
            session => session.ExecuteAsync(_sql.ForgetWebhooks, new { before = SqlTime.Of(endedBefore) }, cancellationToken), cancellationToken);

    private async Task AnnounceAsync(Session session, IEnumerable<Announcement?> announcements, CancellationToken cancellationToken)
    {
        var rows = announcements.OfType<Announcement>().ToList();
        if (rows.Count > 0)
        {
            await session.ExecuteAsync(_sql.InsertWebhooks, new { rows = SqlJson.Rows(rows) }, cancellationToken);
        }
    }

    // With the jobs as they are now: some may be made again before it is sent.
    private async Task AnnounceEndAsync(
        Session session, CompletedBatch batch, BatchState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (Announcement.Of(batch.Id, batch.Tenant, batch.Webhook, state, now) is { } announcement)
        {
            var counts = await session.QueryAsync(
                _sql.SelectBatchCounts, new { rows = SqlJson.Rows([new { batch.Seq }]) }, reader => RowReaders.BatchCount(reader).Count, cancellationToken);
            await AnnounceAsync(session, [announcement with { Counts = JsonSerializer.Serialize(counts, ContractsJson.Options) }], cancellationToken);
        }
    }

    private static string? JsonOf(Webhook? webhook) => webhook is null ? null : JsonSerializer.Serialize(webhook, ContractsJson.Options);
}
