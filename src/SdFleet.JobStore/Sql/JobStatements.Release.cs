namespace SdFleet.JobStore.Sql;

/// <content>
/// Releasing by fair shares. What these read grows with the tenants and batches that wait and with the jobs that are taken, not
/// with the jobs that wait: every question below is one descent of the index <c>jobs_fair</c>.
/// </content>
internal sealed partial class JobStatements
{
    // Exactly what the index holds, of one lane.
    private const string Ready = "j.model = @model AND j.lane = @lane AND j.state = 'queued' AND j.next_attempt_at IS NULL";

    // Exactly the index's expressions. The sum keeps planners from walking the primary key instead, past all jobs that are over,
    // because they expect to meet a ready one soon. (SQLite compares a sum with a sum by the index, but not with a column.)
    private const string Batch = "coalesce(j.batch_seq, 0)";
    private const string Place = "(j.seq + 0)";

    private const string IsModelPaused = "EXISTS (SELECT 1 FROM pauses AS p WHERE p.kind = 'model' AND p.name = @model)";

    private const string PausedTenants = "(SELECT p.name FROM pauses AS p WHERE p.kind = 'tenant')";

    private const string PausedBatches = "(SELECT b.seq FROM batches AS b WHERE b.paused = 1)";

    /// <summary>Takes a lane: whoever else releases from it waits.</summary>
    public string SelectLaneForUpdate { get; } =
        $"{database.WithoutCompiling}SELECT clock FROM release_clocks WHERE model = @model AND lane = @lane AND tenant = '' {database.ForUpdate}";

    public string InsertLane { get; } =
        "INSERT INTO release_clocks (model, lane, tenant, clock) VALUES (@model, @lane, '', 0) ON CONFLICT (model, lane, tenant) DO NOTHING";

    /// <summary>
    /// Who has jobs that may be released, by batch, with the oldest of each. From one tenant straight to the next, and from one of
    /// its batches to the next: there may be a million rows in between.
    /// </summary>
    public string SelectReadySources { get; } =
        $"""
        WITH RECURSIVE
        tenants (tenant) AS (
            SELECT (SELECT j.tenant FROM jobs AS j WHERE {Ready} ORDER BY j.tenant LIMIT 1)
            UNION ALL
            SELECT (SELECT j.tenant FROM jobs AS j WHERE {Ready} AND j.tenant > t.tenant ORDER BY j.tenant LIMIT 1)
            FROM tenants AS t WHERE t.tenant IS NOT NULL),
        sources (tenant, batch) AS (
            SELECT t.tenant, (SELECT {Batch} FROM jobs AS j WHERE {Ready} AND j.tenant = t.tenant ORDER BY {Batch} LIMIT 1)
            FROM tenants AS t
            WHERE t.tenant IS NOT NULL AND t.tenant NOT IN {PausedTenants} AND NOT {IsModelPaused}
            UNION ALL
            SELECT s.tenant, (SELECT {Batch} FROM jobs AS j WHERE {Ready} AND j.tenant = s.tenant AND {Batch} > s.batch ORDER BY {Batch} LIMIT 1)
            FROM sources AS s WHERE s.batch IS NOT NULL)
        SELECT s.tenant, s.batch,
            (SELECT j.seq FROM jobs AS j WHERE {Ready} AND j.tenant = s.tenant AND {Batch} = s.batch ORDER BY {Place} LIMIT 1),
            coalesce(c.clock, 0), coalesce(c.owed, 0)
        FROM sources AS s LEFT JOIN release_clocks AS c ON c.model = @model AND c.lane = @lane AND c.tenant = s.tenant
        WHERE s.batch IS NOT NULL AND s.batch NOT IN {PausedBatches}
        """;

    /// <summary>Takes the oldest jobs of some sources, each from a place on. There are no more than <c>@max</c> of them.</summary>
    public string SelectReadyJobs { get; } = database.FirstOfEach(
        """
        j.seq, j.id, j.attempt + 1, j.tenant, j.lane, j.recipe, j.images, j.artifact_folder, j.submitted_at,
        CAST(@now AS bigint), j.traceparent, coalesce(j.batch_seq, 0)
        """,
        "tenant text, batch bigint, seq bigint, take int",
        $"{Ready} AND j.tenant = r.tenant AND {Batch} = r.batch",
        Place);

    /// <summary>Begins an attempt at each of the jobs that were taken.</summary>
    public string ReleaseJobs { get; } =
        $"""
        UPDATE jobs SET state = 'released', attempt = jobs.attempt + 1, released_at = @now, lease_until = @lease
        FROM {database.Rows("seq bigint")}
        WHERE jobs.seq = r.seq
        """;

    /// <summary>
    /// Writes clocks of a lane: the tenants' whose jobs were taken, with what they owed of which they paid, and, without a tenant, its own.
    /// </summary>
    public string UpsertClocks { get; } =
        $"""
        INSERT INTO release_clocks (model, lane, tenant, clock, owed)
        SELECT @model, @lane, r.tenant, r.clock, 0 - r.paid
        FROM {database.Rows("tenant text, clock double precision, paid double precision")}
        WHERE true
        ORDER BY r.tenant
        ON CONFLICT (model, lane, tenant) DO UPDATE SET clock = excluded.clock, owed = release_clocks.owed + excluded.owed
        """;

    /// <summary>What decides about the work of jobs that were redrawn.</summary>
    public string SelectRecipes { get; } =
        $"SELECT seq, model, lane, tenant, recipe FROM jobs WHERE seq IN (SELECT r.seq FROM {database.Rows("seq bigint")})";

    /// <summary>Puts work down that was done beyond what was charged at the release.</summary>
    public string AddOwed { get; } =
        $"""
        INSERT INTO release_clocks (model, lane, tenant, clock, owed)
        SELECT r.model, r.lane, r.tenant, 0, sum(r.work)
        FROM {database.Rows("model text, lane text, tenant text, work double precision")}
        GROUP BY r.model, r.lane, r.tenant
        ORDER BY r.model, r.lane, r.tenant
        ON CONFLICT (model, lane, tenant) DO UPDATE SET owed = release_clocks.owed + excluded.owed
        """;
}
