namespace SdFleet.JobStore.Sql;

/// <content>Pauses, and what they hold back.</content>
internal sealed partial class JobStatements
{
    /// <summary>Lanes that something may be released from and nothing ever was: whoever does so for the first time is waited for, too.</summary>
    public string InsertLanes { get; } =
        """
        INSERT INTO release_clocks (model, lane, tenant, clock)
        SELECT DISTINCT c.model, c.lane, '', 0 FROM job_counts AS c WHERE c.state = 'queued' ORDER BY 1, 2
        ON CONFLICT (model, lane, tenant) DO NOTHING
        """;

    /// <summary>Waits for the releases that are under way, so that none follows the pause that they did not see.</summary>
    public string SelectLanesForUpdate { get; } = $"SELECT clock FROM release_clocks WHERE tenant = '' ORDER BY model, lane {database.ForUpdate}";

    /// <summary>An operator's pause stays one, whoever pauses again.</summary>
    public string InsertPause { get; } =
        """
        INSERT INTO pauses (kind, name, by_operator) VALUES (@kind, @name, @byOperator)
        ON CONFLICT (kind, name) DO UPDATE SET by_operator = CASE WHEN excluded.by_operator = 1 THEN 1 ELSE pauses.by_operator END
        """;

    public string DeletePause { get; } = "DELETE FROM pauses WHERE kind = @kind AND name = @name AND by_operator <= @byOperator";

    public string SelectPause { get; } = "SELECT by_operator FROM pauses WHERE kind = @kind AND name = @name";

    public string SelectPausedModels { get; } = "SELECT name FROM pauses WHERE kind = 'model' ORDER BY name";

    /// <summary>Tenants with jobs that wait or are in flight, and those that are paused.</summary>
    public string SelectTenants { get; } =
        """
        SELECT t.tenant, CAST(sum(t.queued) AS bigint), CAST(sum(t.in_flight) AS bigint), max(t.paused), max(t.by_operator)
        FROM (SELECT c.tenant, CASE WHEN c.state = 'queued' THEN c.jobs ELSE 0 END AS queued, CASE WHEN c.state = 'queued' THEN 0 ELSE c.jobs END AS in_flight,
                  0 AS paused, 0 AS by_operator
              FROM job_counts AS c WHERE c.tenant <> ''
              UNION ALL
              SELECT p.name, 0, 0, 1, p.by_operator FROM pauses AS p WHERE p.kind = 'tenant') AS t
        WHERE CAST(@tenant AS text) IS NULL OR t.tenant = @tenant
        GROUP BY t.tenant
        HAVING sum(t.queued) > 0 OR sum(t.in_flight) > 0 OR max(t.paused) = 1
        ORDER BY t.tenant
        """;

    /// <summary>
    /// Jobs of a model that are in flight or may be released, from counters: all, without those of paused tenants, without those of
    /// paused batches of other tenants.
    /// </summary>
    public string SelectOutstanding { get; } =
        $"""
        SELECT CAST(coalesce(sum(counted.jobs), 0) AS bigint)
        FROM (SELECT c.jobs FROM job_counts AS c
              WHERE c.model = @model
                AND (c.state IN ('released', 'running') OR (c.state = 'queued' AND c.tenant NOT IN {PausedTenants} AND NOT {IsModelPaused}))
              UNION ALL
              SELECT -c.jobs FROM batches AS b JOIN batch_counts AS c ON c.batch_seq = b.seq
              WHERE b.paused = 1 AND c.state = 'queued' AND c.model = @model
                AND b.tenant NOT IN {PausedTenants} AND NOT {IsModelPaused}) AS counted
        """;
}
