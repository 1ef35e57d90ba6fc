using Npgsql;

namespace SdFleet.Benchmarks.Fleet;

/// <summary>Looks at the job store from outside, by SQL of its own: what is measured does not answer for itself.</summary>
internal sealed class StoreCounts(string connectionString) : IAsyncDisposable
{
    // In every statement, so that they are not counted as the fleet's.
    private const string Mark = "/* bench */";
    private const int MostAtOnce = 50_000;

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

    /// <summary>Jobs in all, by the store's counters.</summary>
    public Task<long> AdmittedAsync() => ScalarAsync($"SELECT {Mark} coalesce(sum(jobs), 0)::bigint FROM job_counts");

    /// <summary>Jobs that are completed, by the store's counters.</summary>
    public Task<long> CompletedAsync() => ScalarAsync($"SELECT {Mark} coalesce(sum(jobs), 0)::bigint FROM job_counts WHERE state = 'completed'");

    public Task<long> CommitsAsync() => ScalarAsync($"SELECT {Mark} xact_commit FROM pg_stat_database WHERE datname = current_database()");

    /// <summary>Statements so far, those that begin and commit included; 0 where the extension is missing.</summary>
    public async Task<long> StatementsAsync() =>
        await ScalarAsync($"SELECT {Mark} count(*) FROM pg_extension WHERE extname = 'pg_stat_statements'") == 0
            ? 0
            : await ScalarAsync(
                $"""
                SELECT {Mark} coalesce(sum(calls), 0)::bigint FROM pg_stat_statements
                WHERE toplevel AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%{Mark}%'
                """);

    /// <summary>The statements that took longest.</summary>
    public async Task<IReadOnlyList<string>> SlowestAsync(int count)
    {
        await using var command = _source.CreateCommand(
            $"""
            SELECT {Mark} format('%s ms, %s calls, %s rows: %s', round(total_exec_time::numeric), calls, rows, left(regexp_replace(query, '\s+', ' ', 'g'), 90))
            FROM pg_stat_statements
            WHERE toplevel AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%{Mark}%'
            ORDER BY total_exec_time DESC LIMIT $1
            """);
        command.Parameters.AddWithValue(count);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }

    /// <summary>Begins to count statements, where PostgreSQL has been started with what counts them.</summary>
    public async Task CountStatementsAsync()
    {
        await using var command = _source.CreateCommand("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Every job: its id, its state, and the artifacts that its records name.</summary>
    public async Task<IReadOnlyList<(Guid Id, string State, string? Artifact, string? Sha256)>> ReadJobsAsync()
    {
        await using var command = _source.CreateCommand(
            $"""
            SELECT {Mark} j.id, j.state, i.record::json->>'artifact', i.record::json->>'sha256'
            FROM jobs AS j LEFT JOIN images AS i ON i.job_seq = j.seq
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var jobs = new List<(Guid, string, string?, string?)>();
        while (await reader.ReadAsync())
        {
            jobs.Add((
                reader.GetGuid(0),
                reader.GetString(1),
                await reader.IsDBNullAsync(2) ? null : reader.GetString(2),
                await reader.IsDBNullAsync(3) ? null : reader.GetString(3)));
        }

        return jobs;
    }

    /// <summary>Adds waiting jobs, copies of one that is there but for their ids, until so many wait.</summary>
    public async Task FillAsync(long queued)
    {
        var missing = queued - await ScalarAsync($"SELECT {Mark} coalesce(sum(jobs), 0)::bigint FROM job_counts WHERE state = 'queued'");
        for (; missing > 0; missing -= MostAtOnce)
        {
            await using var command = _source.CreateCommand(
                $"""
                INSERT INTO jobs (id, state, tenant, model, lane, images, recipe, artifact_folder, digest, submitted_at, admitted_at)
                SELECT {Mark} gen_random_uuid(), 'queued', o.tenant, o.model, o.lane, o.images, o.recipe, o.artifact_folder, o.digest, o.submitted_at, o.admitted_at
                FROM (SELECT * FROM jobs ORDER BY seq LIMIT 1) AS o CROSS JOIN generate_series(1, $1)
                """);
            command.CommandTimeout = 0;
            command.Parameters.AddWithValue((int)Math.Min(MostAtOnce, missing));
            await command.ExecuteNonQueryAsync();
        }

        await using var analyze = _source.CreateCommand("ANALYZE jobs");
        analyze.CommandTimeout = 0;
        await analyze.ExecuteNonQueryAsync();
    }

    /// <summary>One number.</summary>
    public async Task<long> ScalarAsync(string sql)
    {
#pragma warning disable CA2100 // the texts are all written here
        await using var command = _source.CreateCommand(sql);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
