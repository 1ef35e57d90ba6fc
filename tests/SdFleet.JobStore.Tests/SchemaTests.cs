using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;
using SdFleet.JobStore.Sql;

namespace SdFleet.JobStore.Tests;

public abstract class SchemaTests(JobStoreKind kind) : StoreTests(kind)
{
    private readonly JobStoreKind _kind = kind;

    [Fact]
    public async Task Migrate_ByManyAtOnceAndAgain_LeavesTheDataAlone()
    {
        var id = await AdmitAsync();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Open().MigrateAsync(default))));

        Assert.Equal(id, Assert.Single(await ReleaseAsync()).Message.JobId);
    }

    [Fact]
    public async Task Migrate_SchemaOfANewerProgram_IsRefused()
    {
        await ExecuteAsync("INSERT INTO schema_version (version, name, applied_at) VALUES (9999, 'later', 0)");

        var refused = await Assert.ThrowsAsync<JobStoreException>(() => Open().MigrateAsync(default));

        Assert.False(refused.IsTransient);
        Assert.Contains("9999", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_SaysWhichMigrationsWereRun_AndChangesNothing()
    {
        var whole = await JobStores.InspectAsync(Options, default);
        await ExecuteAsync("DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)");
        var old = await JobStores.InspectAsync(Options, default);
        await ExecuteAsync("DROP TABLE schema_version");
        var empty = await JobStores.InspectAsync(Options, default);

        Assert.Equal((whole.KnownSchema, 0), (whole.Schema, empty.Schema));
        Assert.InRange(old.Schema, 1, whole.KnownSchema - 1);
        Assert.Equal(old.KnownSchema, whole.KnownSchema);
        Assert.Matches(@"^\d+\.\d+", whole.Server);
        Assert.Equal(_kind == JobStoreKind.Postgres, whole.At is not null);
        if (whole.At is { } at)
        {
            Assert.InRange(at, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
        }
    }

    [Fact]
    public async Task Inspect_FileThatIsNotThere_IsNotMade()
    {
        if (_kind == JobStoreKind.Embedded)
        {
            var file = Options.Path + ".not";

            var found = await JobStores.InspectAsync(new JobStoreOptions { Kind = _kind, Path = file }, default);

            Assert.Null(found.Server);
            Assert.False(File.Exists(file));
        }
    }

    [Fact]
    public async Task Counters_AfterRowsAreDeleted_FollowThem()
    {
        await AdmitAsync();
        await AdmitAsync();

        await ExecuteAsync("DELETE FROM jobs WHERE seq IN (SELECT min(seq) FROM jobs)");

        Assert.Equal(1, Assert.Single(await Store.CountAsync(default)).Jobs);
    }

    [Fact]
    public async Task Statements_AtEveryPollOfACoordinator_UseTheirIndexes()
    {
        var statements = new JobStatements(Database());
        string[] polls = [statements.WakeDelayed, statements.SelectExpired];
        string[] indexes = ["jobs_delayed", "jobs_leased"];
        foreach (var (poll, index) in polls.Zip(indexes))
        {
            Assert.Contains(index, await PlanAsync(poll), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Statements_AboutABatch_UseItsIndexes()
    {
        var statements = new JobStatements(Database());
        string[] questions = [statements.SelectJobsOfBatch, statements.SelectManifestOfBatch, statements.SelectRecentImages, statements.SelectBatchFailures];
        string[] indexes = ["jobs_batch", "jobs_batch", "jobs_batch_ended", "jobs_batch_ended"];
        foreach (var (question, index) in questions.Zip(indexes))
        {
            Assert.Contains(index, await PlanAsync(question), StringComparison.Ordinal);
        }
    }

    // An end and what is to be told of it are written together: where one cannot be, neither is.
    [Fact]
    public async Task End_WhoseAnnouncementCannotBeWritten_IsNoEnd()
    {
        var told = Samples.Job(webhook: new Webhook { Url = "https://example.org/" });
        await Store.AdmitAsync([told], default);
        var silent = await AdmitAsync();
        Assert.Equal(2, (await ReleaseAsync()).Count);
        await ExecuteAsync("DROP TABLE webhooks");

        await Assert.ThrowsAsync<JobStoreException>(() => ApplyAsync(Samples.Completed(told.Job.Id)));
        await ApplyAsync(Samples.Completed(silent));

        Assert.Equal((JobState.Released, JobState.Completed), ((await FindAsync(told.Job.Id)).State, (await FindAsync(silent)).State));
        Assert.Null(await Store.FindImageAsync(told.Job.Id, 0, default));
    }

    [Fact]
    public async Task Statements_AboutWebhooks_UseTheirIndexes()
    {
        var statements = new JobStatements(Database());
        string[] questions = [statements.SelectDueReceivers, statements.ClaimWebhooks, statements.ForgetWebhooks];
        string[] indexes = ["webhooks_due", "webhooks_due", "webhooks_ended"];
        foreach (var (question, index) in questions.Zip(indexes))
        {
            Assert.Contains(index, await PlanAsync(question), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Statements_AtEveryPollForExports_UseTheirIndex()
    {
        Assert.Contains("export_steps_due", await PlanAsync(new JobStatements(Database()).ClaimExportStep), StringComparison.Ordinal);
    }

    private Database Database() =>
        _kind == JobStoreKind.Postgres ? new PostgresDatabase(Options.ConnectionString!) : new SqliteDatabase(Options.Path!);

    private async Task ExecuteAsync(string sql)
    {
        await using var database = Database();
        await using var session = await database.BeginAsync(default);
        await session.ExecuteAsync(sql, null, default);
        await session.CommitAsync(default);
    }

    private async Task<string> PlanAsync(string sql)
    {
        await using var database = Database();
        await using var session = await database.BeginAsync(default);
        var parameters = new
        {
            model = Samples.Model, lane = "normal", max = 10, now = 0L, lease = 0L, seq = 1L, line = 0L, index = 0, since = 0L,
            tenant = "acme", receiver = "example.org:443", perTenant = 10, before = 0L,
        };
        if (_kind == JobStoreKind.Embedded)
        {
            return string.Join('\n', await session.QueryAsync($"EXPLAIN QUERY PLAN {sql}", parameters, reader => reader.GetString(3), default));
        }

        // An empty table is cheapest to scan: without that way out the planner shows which index it can use.
        await session.ExecuteAsync("SET LOCAL enable_seqscan = off", null, default);
        return string.Join('\n', await session.QueryAsync($"EXPLAIN {sql}", parameters, reader => reader.GetString(0), default));
    }
}

public sealed class EmbeddedSchemaTests() : SchemaTests(JobStoreKind.Embedded);

public sealed class PostgresSchemaTests() : SchemaTests(JobStoreKind.Postgres)
{
    [Fact]
    public async Task Migrate_WhileAnotherMigratesForLongerThanAStatementMayTake_WaitsForIt()
    {
        var options = new JobStoreOptions { Kind = JobStoreKind.Postgres, ConnectionString = $"{Options.ConnectionString};Command Timeout=5" };
        await using var other = new PostgresDatabase(Options.ConnectionString!);
        await using var store = JobStores.Open(options);
        Task migrated;

        await using (await other.BeginMigrationAsync(default))
        {
            migrated = store.MigrateAsync(default);
            await Task.Delay(TimeSpan.FromSeconds(8));
            Assert.False(migrated.IsCompleted);
        }

        await migrated;
    }
}
