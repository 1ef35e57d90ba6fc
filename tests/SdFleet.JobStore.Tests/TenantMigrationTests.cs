using SdFleet.Contracts.Jobs;
using SdFleet.JobStore.Sql;
using SdFleet.TestServers;

namespace SdFleet.JobStore.Tests;

/// <summary>A store with jobs of the version before, brought up to date.</summary>
public abstract class TenantMigrationTests(JobStoreKind kind) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = Samples.Time;

    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-migration-").FullName;
    private TestServers.PostgresDatabase? _server;
    private JobStoreOptions _options = null!;
    private IJobStore _store = null!;

    public async Task InitializeAsync()
    {
        _server = kind == JobStoreKind.Postgres ? await (await PostgresServer.GetAsync()).CreateDatabaseAsync() : null;
        _options = new JobStoreOptions { Kind = kind, ConnectionString = _server?.ConnectionString, Path = Path.Combine(_folder, "jobs.db") };
        _store = JobStores.Open(_options);
        await using var database = Database();
        await using var session = await database.BeginMigrationAsync(default);
        await session.ExecuteAsync("CREATE TABLE schema_version (version int PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)", null, default);
        foreach (var script in new[] { "0001_jobs", "0002_batches" })
        {
            using var text = new StreamReader(typeof(IJobStore).Assembly.GetManifestResourceStream($"{database.Migrations}/{script}.sql")!);
            await session.ExecuteAsync(await text.ReadToEndAsync(), null, default);
            await session.ExecuteAsync($"INSERT INTO schema_version (version, name, applied_at) VALUES ({script[..4]}, '{script[5..]}', 0)", null, default);
        }

        await session.ExecuteAsync(
            """
            INSERT INTO batches (id, tenant, state, submission, parts, digest, lines, submitted_at, admitted_at, paused)
            VALUES ('0f8fad5b-d9cb-469f-a165-70867728950e', 'acme', 'expanding', '{}', '[]', 'd', 9, 0, 0, 1)
            """,
            null,
            default);
        await session.CommitAsync(default);

        // Admitted by this version, which writes one column more than that one had.
        await ExecuteAsync("ALTER TABLE jobs ADD COLUMN webhook text");
        await _store.AdmitAsync(
            [Samples.Job(), Samples.Job(), Samples.Job(tenant: "globex"), Samples.Job(tenant: "globex"), Samples.Job(model: "sd15"), Samples.Job()], default);
        await ExecuteAsync("ALTER TABLE jobs DROP COLUMN webhook");
        await ExecuteAsync("UPDATE jobs SET batch_seq = 1, line = seq WHERE seq IN (1, 5)");
        await ExecuteAsync("UPDATE jobs SET state = 'released', attempt = 1, lease_until = 1, released_at = 1 WHERE seq = 2");
        await ExecuteAsync("UPDATE jobs SET state = 'completed', attempt = 1, finished_at = 1 WHERE seq = 6");
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Migrate_AStoreWithJobs_CountsThemAndReleasesThem()
    {
        await _store.MigrateAsync(default);

        Assert.Equal(
            [
                new JobCount("sd15", Lane.Normal, JobState.Queued, 1),
                new JobCount(Samples.Model, Lane.Normal, JobState.Completed, 1),
                new JobCount(Samples.Model, Lane.Normal, JobState.Queued, 3),
                new JobCount(Samples.Model, Lane.Normal, JobState.Released, 1),
            ],
            await _store.CountAsync(default));
        Assert.Equal([("acme", 2L, 1L), ("globex", 2L, 0L)], (await _store.ListTenantsAsync(default)).Select(t => (t.Tenant, t.Queued, t.InFlight)));
        Assert.Equal((3L, 0L), (await _store.CountOutstandingAsync(Samples.Model, default), await _store.CountOutstandingAsync("sd15", default)));
        Assert.Equal(["globex", "globex"], (await ReleaseAsync()).Select(r => r.Message.Tenant));
        await ExecuteAsync("UPDATE batches SET paused = 0");
        Assert.Single(await ReleaseAsync());
        Assert.Equal([("acme", 1L, 2L), ("globex", 0L, 2L)], (await _store.ListTenantsAsync(default)).Select(t => (t.Tenant, t.Queued, t.InFlight)));
    }

    [Fact]
    public async Task Migrate_ProgramsOfTheVersionBefore_GoOnBeside()
    {
        await _store.MigrateAsync(default);

        // As they were in version 2.
        await using var database = Database();
        await using (var session = await database.BeginAsync(default))
        {
            var released = await session.QueryAsync(
                $"""
                WITH picked AS MATERIALIZED (
                    SELECT seq FROM jobs
                    WHERE model = @model AND lane = @lane AND state = 'queued' AND next_attempt_at IS NULL
                      AND (batch_seq IS NULL OR batch_seq NOT IN (SELECT b.seq FROM batches AS b WHERE b.finished_at IS NULL AND b.paused = 1))
                    ORDER BY seq
                    LIMIT @max
                    {database.ForUpdateSkipLocked})
                UPDATE jobs SET state = 'released', attempt = jobs.attempt + 1, released_at = @now, lease_until = @lease
                FROM picked
                WHERE jobs.seq = picked.seq
                RETURNING jobs.seq
                """,
                new { model = Samples.Model, lane = "normal", max = 1, now = 1L, lease = 2L },
                reader => reader.GetInt64(0),
                default);
            await session.CommitAsync(default);
            Assert.Equal([3L], released);
        }

        await using (var session = await database.OpenAsync(default))
        {
            var counts = await session.QueryAsync(
                "SELECT model, lane, state, CAST(sum(jobs) AS bigint) FROM job_counts GROUP BY model, lane, state HAVING sum(jobs) > 0 ORDER BY model, lane, state",
                null, RowReaders.Count, default);
            Assert.Equal(await _store.CountAsync(default), counts);
            var ofBatch = await session.QueryAsync(
                "SELECT CAST(sum(jobs) AS bigint) FROM batch_counts WHERE batch_seq = 1 AND state = 'queued'", null, reader => reader.GetInt64(0), default);
            Assert.Equal([2L], ofBatch);
        }

        Assert.Equal([("acme", 2L, 1L), ("globex", 1L, 1L)], (await _store.ListTenantsAsync(default)).Select(t => (t.Tenant, t.Queued, t.InFlight)));
        Assert.Single(await ReleaseAsync());
    }

    /// <summary>Goes by steps, as programs do: it takes rows, and writes them once it has looked at them.</summary>
    protected async Task MigrateBesideAWriterAsync()
    {
        await using var database = Database();
        await using var writer = await database.BeginAsync(default);
        await writer.QueryAsync("SELECT seq FROM batches WHERE seq = 1 FOR UPDATE", null, reader => reader.GetInt64(0), default);
        await writer.QueryAsync("SELECT seq FROM jobs WHERE seq = 1 FOR UPDATE", null, reader => reader.GetInt64(0), default);
        var migration = Task.Run(() => _store.MigrateAsync(default));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await IsLockAwaitedAsync(database))
        {
            Assert.False(migration.IsCompleted);
            await Task.Delay(20, deadline.Token);
        }

        await writer.ExecuteAsync("UPDATE jobs SET error = 'written' WHERE seq = 1", null, default);
        await writer.CommitAsync(default);
        await migration;
    }

    private static async Task<bool> IsLockAwaitedAsync(Database database)
    {
        await using var session = await database.OpenAsync(default);
        var waiting = await session.QueryAsync(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            null, reader => reader.GetInt64(0), default);
        return waiting[0] > 0;
    }

    private Database Database() =>
        kind == JobStoreKind.Postgres ? new Sql.PostgresDatabase(_options.ConnectionString!) : new SqliteDatabase(_options.Path!);

    private Task<IReadOnlyList<ReleasedJob>> ReleaseAsync() =>
        _store.ReleaseAsync(Samples.Model, Lane.Normal, 10, Now, TimeSpan.FromMinutes(1), default);

    private async Task ExecuteAsync(string sql)
    {
        await using var database = Database();
        await using var session = await database.BeginAsync(default);
        await session.ExecuteAsync(sql, null, default);
        await session.CommitAsync(default);
    }
}

public sealed class EmbeddedTenantMigrationTests() : TenantMigrationTests(JobStoreKind.Embedded);

public sealed class PostgresTenantMigrationTests() : TenantMigrationTests(JobStoreKind.Postgres)
{
    // It waits for all that it needs before it has anything. Else each would have what the other one waits for.
    [Fact]
    public Task Migrate_WhileSomebodyWrites_WaitsAndLetsThemEnd() => MigrateBesideAWriterAsync();
}
