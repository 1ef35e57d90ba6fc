namespace SdFleet.JobStore.Sql;

internal sealed partial class JobStatements
{
    private const string BatchColumns =
        "seq, submission, digest, state, paused, lines, lines_read, bad_lines, error, admitted_at, finished_at";

    /// <summary>Inserts a batch; returns its place where it is new.</summary>
    public string InsertBatch { get; } =
        $"""
        INSERT INTO batches (id, tenant, state, submission, parts, digest, traceparent, lines, max_bad_lines, submitted_at, admitted_at, webhook)
        SELECT r.id, r.tenant, r.state, r.submission, r.parts, r.digest, r.traceparent, r.lines, r.max_bad_lines, r.submitted_at, r.admitted_at, r.webhook
        FROM {database.Rows("id uuid, tenant text, state text, submission text, parts text, digest text, traceparent text, lines bigint, max_bad_lines bigint, submitted_at bigint, admitted_at bigint, webhook text")}
        WHERE true
        ON CONFLICT (id) DO NOTHING
        RETURNING seq
        """;

    public string SelectBatchDigest { get; } =
        $"SELECT digest FROM batches WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")})";

    public string SelectBatchSequence { get; } =
        $"SELECT seq FROM batches WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")})";

    /// <summary>Batches with room for more of their jobs.</summary>
    public string SelectBatchSources { get; } =
        """
        SELECT submission, parts, next_part, next_offset, lines_read, queued, traceparent
        FROM (SELECT b.*, coalesce((SELECT CAST(sum(c.jobs) AS bigint) FROM batch_counts AS c WHERE c.batch_seq = b.seq AND c.state = 'queued'), 0) AS queued
              FROM batches AS b
              WHERE b.finished_at IS NULL AND b.state = 'expanding' AND b.paused = 0) AS sources
        WHERE queued <= @maxQueued
        ORDER BY seq
        LIMIT @max
        """;

    /// <summary>Takes a batch.</summary>
    public string SelectBatchForUpdate { get; } =
        $"""
        SELECT seq, state, paused, lines_read, bad_lines, max_bad_lines, id, tenant, webhook FROM batches
        WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")})
        {database.ForUpdate}
        """;

    /// <summary>Writes what expansion or cancelling changed.</summary>
    public string UpdateBatch { get; } =
        """
        UPDATE batches SET
            state = @state, next_part = coalesce(@nextPart, next_part), next_offset = coalesce(@nextOffset, next_offset),
            lines_read = @linesRead, bad_lines = @badLines, error = @error, finished_at = @finishedAt,
            paused = CASE WHEN CAST(@finishedAt AS bigint) IS NULL THEN paused ELSE 0 END
        WHERE seq = @seq
        """;

    /// <summary>Only while there is something to hold back: it has not reached its end, or jobs of it are made again.</summary>
    public string PauseBatch { get; } =
        $"""
        UPDATE batches SET paused = @paused
        WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")})
          AND (finished_at IS NULL OR paused = 1 OR 0 < coalesce((
              SELECT sum(c.jobs) FROM batch_counts AS c
              WHERE c.batch_seq = batches.seq AND c.state IN ('queued', 'released', 'running')), 0))
        """;

    public string CompleteBatches { get; } =
        """
        UPDATE batches SET state = 'completed', finished_at = @now, paused = 0
        WHERE finished_at IS NULL AND state = 'running' AND 0 = coalesce((
            SELECT sum(c.jobs) FROM batch_counts AS c
            WHERE c.batch_seq = batches.seq AND c.state IN ('queued', 'released', 'running')), 0)
        RETURNING seq, id, tenant, webhook
        """;

    /// <summary>
    /// Ends pauses that have nothing to hold back: of batches that are over, with no job that is made again, or none any more. A coordinator
    /// of a version before schema 7 leaves the mark where it completes a batch.
    /// </summary>
    public string EndPauses { get; } =
        """
        UPDATE batches SET paused = 0
        WHERE paused = 1 AND finished_at IS NOT NULL AND 0 = coalesce((
            SELECT sum(c.jobs) FROM batch_counts AS c
            WHERE c.batch_seq = batches.seq AND c.state IN ('queued', 'released', 'running')), 0)
        """;

    /// <summary>
    /// Takes the jobs of a batch that have not reached their end, and perhaps some that just have. In three parts, each of which
    /// a small index can answer that holds only the fleet's jobs that wait or run: a batch may have millions that are over.
    /// </summary>
    public string SelectLiveOfBatch { get; } =
        $"""
        SELECT {TakenColumns} FROM jobs
        WHERE seq IN (
            SELECT seq FROM jobs WHERE batch_seq = @seq AND state = 'queued' AND next_attempt_at IS NULL
            UNION ALL
            SELECT seq FROM jobs WHERE batch_seq = @seq AND next_attempt_at IS NOT NULL
            UNION ALL
            SELECT seq FROM jobs WHERE batch_seq = @seq AND lease_until IS NOT NULL)
        ORDER BY seq
        {database.ForUpdate}
        """;

    public string InsertProblems { get; } =
        $"INSERT INTO batch_problems (batch_seq, line, errors) SELECT r.batch_seq, r.line, r.errors FROM {database.Rows("batch_seq bigint, line bigint, errors text")} WHERE true";

    public string SelectProblems { get; } =
        "SELECT line, errors FROM batch_problems WHERE batch_seq = @seq AND line > @line ORDER BY line LIMIT @max";

    public string SelectBatch { get; } =
        $"SELECT {BatchColumns} FROM batches WHERE id IN (SELECT r.id FROM {database.Rows("id uuid")})";

    public string SelectBatches { get; } =
        $"SELECT {BatchColumns} FROM batches WHERE seq < @before ORDER BY seq DESC LIMIT @max";

    public string SelectBatchesOfTenant { get; } =
        $"SELECT {BatchColumns} FROM batches WHERE tenant = @tenant AND seq < @before ORDER BY seq DESC LIMIT @max";

    public string SelectBatchCounts { get; } =
        $"""
        SELECT batch_seq, state, CAST(sum(jobs) AS bigint), CAST(sum(images) AS bigint), CAST(sum(failures) AS bigint), CAST(sum(evictions) AS bigint)
        FROM batch_counts
        WHERE batch_seq IN (SELECT r.seq FROM {database.Rows("seq bigint")})
        GROUP BY batch_seq, state
        HAVING sum(jobs) > 0
        ORDER BY batch_seq, state
        """;

    public string SelectRecentImages { get; } =
        "SELECT CAST(coalesce(sum(images), 0) AS bigint) FROM jobs WHERE batch_seq = @seq AND state = 'completed' AND finished_at > @since";

    public string SelectBatchWorkers { get; } =
        "SELECT CAST(count(DISTINCT worker_id) AS bigint) FROM jobs WHERE lease_until IS NOT NULL AND batch_seq = @seq AND state = 'running'";

    /// <summary>Of the latest failures only: a batch that fails as a whole fails for one reason.</summary>
    public string SelectBatchFailures { get; } =
        """
        SELECT error, CAST(count(*) AS bigint)
        FROM (SELECT coalesce(error, '') AS error FROM jobs
              WHERE batch_seq = @seq AND state = 'failed' AND finished_at IS NOT NULL
              ORDER BY finished_at DESC
              LIMIT 10000) AS failed
        GROUP BY error
        ORDER BY 2 DESC, 1
        LIMIT @max
        """;

    public string SelectJobsOfBatch { get; } =
        "SELECT line, id, state, images, error FROM jobs WHERE batch_seq = @seq AND line > @line ORDER BY line LIMIT @max";

    /// <summary>The next page of a batch's manifest.</summary>
    public string SelectManifestOfBatch { get; } =
        $"""
        SELECT {ManifestColumns}
        FROM jobs JOIN images ON images.job_seq = jobs.seq
        WHERE jobs.batch_seq = @seq AND jobs.line >= @line AND (jobs.line, images.idx) > (@line, @index)
        ORDER BY jobs.line, images.idx
        LIMIT @max
        """;
}
