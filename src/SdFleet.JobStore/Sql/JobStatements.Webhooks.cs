namespace SdFleet.JobStore.Sql;

internal sealed partial class JobStatements
{
    private const string WebhookColumns =
        "seq, id, tenant, subject, subject_id, event, url, state, attempt, failures, status, created_at, next_attempt_at, ended_at, error";

    /// <summary>
    /// Writes what is to be told. Due from the moment that it was written, and no earlier: what was due before, as an attempt at it failed,
    /// has its turn before. No later than the database's now, where it has a clock: a writer whose clock is fast would hold it back. One whose
    /// clock is slow only gives it an earlier turn.
    /// </summary>
    public string InsertWebhooks { get; } =
        $"""
        INSERT INTO webhooks (id, tenant, subject, subject_id, event, url, receiver, state, next_attempt_at, created_at, queued_at, counts)
        SELECT r.id, r.tenant, r.subject, r.subject_id, r.event, r.url, r.receiver, 'pending',
            {database.NoLaterThanNow("r.created_at")}, r.created_at, {database.NoLaterThanNow("r.created_at")}, r.counts
        FROM {database.Rows("id uuid, tenant text, subject text, subject_id uuid, event text, url text, receiver text, created_at bigint, counts text")}
        WHERE true
        ON CONFLICT (id) DO NOTHING
        """;

    /// <summary>Whom something is due for, no more than so many of each tenant.</summary>
    public string SelectDueReceivers { get; } =
        """
        SELECT tenant, receiver
        FROM (SELECT tenant, receiver, min(next_attempt_at) AS due, row_number() OVER (PARTITION BY tenant ORDER BY min(next_attempt_at), receiver) AS place
              FROM webhooks
              WHERE next_attempt_at <= @now
              GROUP BY tenant, receiver) AS receivers
        WHERE place <= @perTenant
        ORDER BY due, place, tenant
        LIMIT @max
        """;

    /// <summary>Takes what is due for one receiver: due again when the lease is over. The attempt's number fences.</summary>
    public string ClaimWebhooks { get; } =
        $"""
        WITH claimed AS MATERIALIZED (
            SELECT seq FROM webhooks
            WHERE tenant = @tenant AND receiver = @receiver AND next_attempt_at <= @now
            ORDER BY next_attempt_at, seq
            LIMIT @max
            {database.ForUpdateSkipLocked})
        UPDATE webhooks SET attempt = webhooks.attempt + 1, next_attempt_at = @lease
        FROM claimed
        WHERE webhooks.seq = claimed.seq
        RETURNING id, attempt, failures, tenant, subject, subject_id, event, url, queued_at, counts
        """;

    public string RecordWebhooks { get; } =
        $"""
        UPDATE webhooks SET
            state = r.state, failures = webhooks.failures + r.failed, next_attempt_at = r.next_attempt_at, ended_at = r.ended_at,
            status = r.status, error = r.error
        FROM {database.Rows("id uuid, attempt int, state text, failed int, next_attempt_at bigint, ended_at bigint, status int, error text")}
        WHERE webhooks.id = r.id AND webhooks.state = 'pending' AND (r.state = 'delivered' OR webhooks.attempt = r.attempt)
        """;

    public string SelectWebhook { get; } =
        $"SELECT {WebhookColumns} FROM webhooks WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")})";

    public string RetryWebhook { get; } =
        $"""
        UPDATE webhooks SET
            state = 'pending', failures = 0, next_attempt_at = {database.NoLaterThanNow("@now")}, queued_at = {database.NoLaterThanNow("@now")}, ended_at = NULL
        WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")})
        """;

    public string ForgetWebhooks { get; } = "DELETE FROM webhooks WHERE ended_at < @before";

    /// <summary>A page of deliveries, the newest first.</summary>
    public static string SelectWebhooks(bool ofTenant, bool inState) =>
        $"""
        SELECT {WebhookColumns} FROM webhooks
        WHERE seq < @before{(ofTenant ? " AND tenant = @tenant" : "")}{(inState ? " AND state = @state" : "")}
        ORDER BY seq DESC
        LIMIT @max
        """;
}
