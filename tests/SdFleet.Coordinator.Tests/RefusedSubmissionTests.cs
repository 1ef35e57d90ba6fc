using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;
using SdFleet.TestServers;

namespace SdFleet.Coordinator.Tests;

/// <summary>Submissions and batches that the database itself refuses, alone or with all others.</summary>
public sealed class RefusedSubmissionTests : IAsyncLifetime
{
    private PostgresDatabase _database = null!;

    public async Task InitializeAsync() => _database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData(JobStoreKind.Embedded, false)]
    [InlineData(JobStoreKind.Embedded, true)]
    [InlineData(JobStoreKind.Postgres, false)]
    [InlineData(JobStoreKind.Postgres, true)]
    public async Task Submission_ThatIsRefusedAlone_IsRejectedWithTheReasonAndTheOthersAreAdmitted(JobStoreKind kind, bool isAlsoAsRejected)
    {
        await using var fleet = await StartAsync(kind);
        var refused = new SubmitJob { Id = Guid.NewGuid(), Prompt = "no" };
        await RefuseAsync(fleet, kind, isAlsoAsRejected ? $"id = '{refused.Id}'" : $"id = '{refused.Id}' AND state = 'queued'");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => fleet.Publisher.SubmitAsync(
            i == 7 ? refused : new SubmitJob { Id = Guid.NewGuid(), Prompt = $"a red circle, {i}" }, CoordinatorFixture.Soon())));
        await fleet.UntilReleasedAsync(19);
        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!fleet.Rejected.IsEmpty), "a rejection");

        var rejection = Assert.Single(fleet.Rejected);
        var error = Assert.Single(rejection.Errors);
        Assert.Equal((refused.Id, "message"), (rejection.JobId, error.Field));
        Assert.Contains("refusal", error.Value, StringComparison.Ordinal);
        Assert.Contains("\"no\"", rejection.Body, StringComparison.Ordinal);
        Assert.Equal(isAlsoAsRejected ? (JobState?)null : JobState.Rejected, (await fleet.Store.FindJobAsync(refused.Id!.Value, CoordinatorFixture.Soon()))?.State);

        // Once mended, it is submitted again.
        await EndRefusalAsync(fleet, kind);
        await fleet.Publisher.SubmitAsync(refused, CoordinatorFixture.Soon());
        await fleet.UntilStateAsync(refused.Id.Value, JobState.Released);
    }

    [Theory]
    [InlineData(JobStoreKind.Embedded, "state = 'queued'")]
    [InlineData(JobStoreKind.Postgres, "state = 'queued'")]
    [InlineData(JobStoreKind.Postgres, "model = 'shapes' AND state = 'queued'")] // as where a model's counters are at fault
    public async Task Submissions_WhileTheDatabaseRefusesAll_WaitAndNoneIsRejected(JobStoreKind kind, string condition)
    {
        await using var fleet = await StartAsync(kind);
        await RefuseAsync(fleet, kind, condition);
        var ids = Enumerable.Range(0, 3).Select(_ => Guid.NewGuid()).ToList();
        foreach (var id in ids)
        {
            await fleet.Publisher.SubmitAsync(new SubmitJob { Id = id, Prompt = "a red circle" }, CoordinatorFixture.Soon());
        }

        // Twice as long as a refusal of one alone takes.
        await Task.Delay(TimeSpan.FromSeconds(6));
        Assert.Empty(fleet.Rejected);
        Assert.Empty(fleet.Released);
        await EndRefusalAsync(fleet, kind);

        await fleet.UntilReleasedAsync(3);
        Assert.Empty(fleet.Rejected);
    }

    [Theory]
    [InlineData(JobStoreKind.Embedded)]
    [InlineData(JobStoreKind.Postgres)]
    public async Task Batch_ThatIsRefusedAlone_IsRejectedWithTheReasonAndAnotherIsAdmitted(JobStoreKind kind)
    {
        await using var fleet = await StartAsync(kind);
        var (refused, other) = (Batch("acme"), Batch("other"));
        await RefuseAsync(fleet, kind, "tenant = 'acme'", "batches");

        await fleet.Publisher.SubmitAsync(refused, CoordinatorFixture.Soon());
        await fleet.Publisher.SubmitAsync(other, CoordinatorFixture.Soon());
        await CoordinatorFixture.UntilAsync(async () => await fleet.Store.FindBatchAsync(other.Id, default) is not null, "the other batch");
        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!fleet.Rejected.IsEmpty), "a rejection");

        var rejection = Assert.Single(fleet.Rejected);
        var error = Assert.Single(rejection.Errors);
        Assert.Equal((refused.Id, "acme", "message"), (rejection.BatchId, rejection.Tenant, error.Field));
        Assert.Contains("refusal", error.Value, StringComparison.Ordinal);

        // Once mended, it is submitted again.
        await EndRefusalAsync(fleet, kind, "batches");
        await fleet.Publisher.SubmitAsync(refused, CoordinatorFixture.Soon());
        await CoordinatorFixture.UntilAsync(async () => await fleet.Store.FindBatchAsync(refused.Id, default) is not null, "the batch");
    }

    [Theory]
    [InlineData(JobStoreKind.Embedded)]
    [InlineData(JobStoreKind.Postgres)]
    public async Task Batches_WhileTheDatabaseRefusesAll_WaitAndNoneIsRejected(JobStoreKind kind)
    {
        await using var fleet = await StartAsync(kind);
        var batch = Batch("acme");
        await RefuseAsync(fleet, kind, "state = 'expanding'", "batches");

        await fleet.Publisher.SubmitAsync(batch, CoordinatorFixture.Soon());

        // Twice as long as a refusal of one alone takes.
        await Task.Delay(TimeSpan.FromSeconds(6));
        Assert.Empty(fleet.Rejected);
        Assert.Null(await fleet.Store.FindBatchAsync(batch.Id, default));
        await EndRefusalAsync(fleet, kind, "batches");

        await CoordinatorFixture.UntilAsync(async () => await fleet.Store.FindBatchAsync(batch.Id, default) is not null, "the batch");
        Assert.Empty(fleet.Rejected);
    }

    private static SubmitBatch Batch(string tenant) =>
        new() { Id = Guid.NewGuid(), Tenant = tenant, Name = "test", Parts = [new BatchPart(1, 20, new string('a', 64))], SubmittedAt = DateTimeOffset.UnixEpoch };

    private Task<CoordinatorFixture> StartAsync(JobStoreKind kind) => CoordinatorFixture.StartAsync(
        ("SdFleet:JobStore:Kind", kind.ToString()), ("SdFleet:JobStore:ConnectionString", _database.ConnectionString), ("SdFleet:Release:MinWindow", "100"));

    // As an operator's constraint or trigger would, or a defect of the database.
    private Task RefuseAsync(CoordinatorFixture fleet, JobStoreKind kind, string condition, string table = "jobs") => ExecuteAsync(
        fleet,
        kind,
        kind == JobStoreKind.Postgres
            ? $"ALTER TABLE {table} ADD CONSTRAINT refusal CHECK (NOT ({condition}))"
            : $"CREATE TRIGGER refusal BEFORE INSERT ON {table} WHEN NEW.{condition.Replace("AND state", "AND NEW.state", StringComparison.Ordinal)} BEGIN SELECT RAISE(ABORT, 'refusal'); END");

    private Task EndRefusalAsync(CoordinatorFixture fleet, JobStoreKind kind, string table = "jobs") => ExecuteAsync(
        fleet, kind, kind == JobStoreKind.Postgres ? $"ALTER TABLE {table} DROP CONSTRAINT refusal" : "DROP TRIGGER refusal");

    private async Task ExecuteAsync(CoordinatorFixture fleet, JobStoreKind kind, string sql)
    {
        await using DbConnection connection = kind == JobStoreKind.Postgres
            ? new NpgsqlConnection(_database.ConnectionString)
            : new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(fleet.Folder, "jobs.db"), Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
