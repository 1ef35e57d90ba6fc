namespace SdFleet.JobStore.Sql;

/// <summary>The store's SQL, for one database.</summary>
internal sealed partial class JobStatements(Database database)
{
    private const string RowColumns =
        "seq, id, images, state, attempt, failures, evictions, next_attempt_at, lease_until, started_at, finished_at, step, steps, worker_id, error, reopened_after";

    // What is told of a job's end goes out with the transition, so it is read with the row.
    private const string TakenColumns = RowColumns + ", tenant, webhook";

    private const string ManifestColumns =
        "images.job_seq, images.idx, images.record, jobs.id, jobs.tenant, jobs.recipe, (SELECT b.id FROM batches AS b WHERE b.seq = jobs.batch_seq), jobs.line";

    /// <summary>Inserts jobs, numbered in the order of their place in the list; returns the ids of those that were new.</summary>
    public string InsertJobs { get; } = database.InsertNumbered(
        "jobs",
        "id, state, tenant, model, lane, images, recipe, artifact_folder, digest, traceparent, submitted_at, admitted_at, finished_at, error, batch_seq, line, webhook",
        "place int, id uuid, state text, tenant text, model text, lane text, images int, recipe text, artifact_folder text, digest text, traceparent text, submitted_at bigint, admitted_at bigint, finished_at bigint, error text, batch_seq bigint, line bigint, webhook text",
        "ON CONFLICT (id) DO NOTHING RETURNING id");

    /// <summary>Forgets rejected submissions by id.</summary>
    public string DeleteRejected { get; } =
        $"DELETE FROM jobs WHERE state = 'rejected' AND id IN (SELECT r.id FROM {database.Rows("id uuid")})";

    /// <summary>What decides whether a submission is a repetition.</summary>
    public string SelectDigests { get; } =
        $"SELECT id, digest, state FROM jobs WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")})";

    /// <summary>Frees jobs whose wait after a failure is over: they take their old place among the ready ones.</summary>
    public string WakeDelayed { get; } =
        $"""
        WITH due AS MATERIALIZED (
            SELECT seq FROM jobs
            WHERE model = @model AND lane = @lane AND state = 'queued' AND next_attempt_at <= @now
            ORDER BY next_attempt_at
            LIMIT @max
            {database.ForUpdateSkipLocked})
        UPDATE jobs SET next_attempt_at = NULL FROM due WHERE jobs.seq = due.seq
        """;

    /// <summary>Takes jobs by id, in one order everywhere, so that transactions rarely wait for each other in a circle.</summary>
    public string SelectForUpdate { get; } =
        $"SELECT {TakenColumns} FROM jobs WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")}) ORDER BY seq {database.ForUpdate}";

    /// <summary>Takes the attempts whose lease is over.</summary>
    public string SelectExpired { get; } =
        $"SELECT {TakenColumns} FROM jobs WHERE lease_until <= @now ORDER BY lease_until LIMIT @max {database.ForUpdateSkipLocked}";

    /// <summary>Writes what a transition changed.</summary>
    public string UpdateJobs { get; } =
        $"""
        UPDATE jobs SET
            state = r.state, attempt = r.attempt, failures = r.failures, evictions = r.evictions,
            next_attempt_at = r.next_attempt_at, lease_until = r.lease_until, started_at = r.started_at, finished_at = r.finished_at,
            step = r.step, steps = r.steps, worker_id = r.worker_id, error = r.error, reopened_after = r.reopened_after
        FROM {database.Rows("seq bigint, state text, attempt int, failures int, evictions int, next_attempt_at bigint, lease_until bigint, started_at bigint, finished_at bigint, step int, steps int, worker_id text, error text, reopened_after int")}
        WHERE jobs.seq = r.seq
        """;

    /// <summary>The only place where pictures come to be: the primary key allows each once.</summary>
    public string InsertImages { get; } =
        $"INSERT INTO images (job_seq, idx, record) SELECT r.job_seq, r.idx, r.record FROM {database.Rows("job_seq bigint, idx int, record text")} WHERE true";

    /// <summary>Forgets pictures of a job that was made again and came out otherwise.</summary>
    public string DeleteImages { get; } =
        $"DELETE FROM images WHERE (job_seq, idx) IN (SELECT r.job_seq, r.idx FROM {database.Rows("job_seq bigint, idx int")})";

    /// <summary>Keeps newer heartbeats; returns the workers whose heartbeat was newer.</summary>
    public string UpsertWorkers { get; } =
        $"""
        INSERT INTO workers (worker_id, sent_at, seen_at, alive_until, heartbeat)
        SELECT r.worker_id, r.sent_at, r.seen_at, r.alive_until, r.heartbeat
        FROM {database.Rows("worker_id text, sent_at bigint, seen_at bigint, alive_until bigint, heartbeat text")}
        WHERE true
        ORDER BY r.worker_id
        ON CONFLICT (worker_id) DO UPDATE SET
            sent_at = excluded.sent_at, seen_at = excluded.seen_at, alive_until = excluded.alive_until, heartbeat = excluded.heartbeat
        WHERE workers.sent_at < excluded.sent_at
        RETURNING worker_id
        """;

    public string SelectWorkers { get; } = "SELECT heartbeat, alive_until FROM workers ORDER BY worker_id";

    public string DeleteWorkers { get; } = "DELETE FROM workers WHERE seen_at < @before";

    public string SelectJob { get; } =
        $"""
        SELECT {RowColumns}, tenant, lane, recipe, artifact_folder, traceparent, submitted_at, admitted_at, released_at,
            (SELECT b.id FROM batches AS b WHERE b.seq = jobs.batch_seq), line, webhook
        FROM jobs WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")})
        """;

    public string SelectImages { get; } = "SELECT record FROM images WHERE job_seq = @seq ORDER BY idx";

    public string SelectImage { get; } =
        $"""
        SELECT record FROM images
        WHERE job_seq IN (SELECT jobs.seq FROM jobs WHERE jobs.id IN (SELECT r.id FROM {database.Rows("id uuid")})) AND idx = @index
        """;

    public string SelectCounts { get; } =
        "SELECT model, lane, state, CAST(sum(jobs) AS bigint) FROM job_counts GROUP BY model, lane, state HAVING sum(jobs) > 0 ORDER BY model, lane, state";

    public string SelectInFlight { get; } =
        "SELECT CAST(coalesce(sum(jobs), 0) AS bigint) FROM job_counts WHERE model = @model AND state IN ('released', 'running')";

    public string SelectSequence { get; } =
        $"SELECT seq FROM jobs WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")}) ORDER BY seq";

    /// <summary>
    /// The next page of the whole manifest, straight along the primary keys. Where the planner merges the two tables, the
    /// condition on jobs keeps it from reading them from their beginning for each page.
    /// </summary>
    public string SelectManifestAfter { get; } =
        $"""
        SELECT {ManifestColumns}
        FROM images JOIN jobs ON jobs.seq = images.job_seq
        WHERE (images.job_seq, images.idx) > (@seq, @index) AND jobs.seq >= @seq
        ORDER BY images.job_seq, images.idx
        LIMIT @max
        """;

    /// <summary>The manifest of a few jobs.</summary>
    public string SelectManifestOf { get; } =
        $"""
        SELECT {ManifestColumns}
        FROM images JOIN jobs ON jobs.seq = images.job_seq
        WHERE images.job_seq IN (SELECT r.seq FROM {database.Rows("seq bigint")})
        ORDER BY images.job_seq, images.idx
        """;
}
