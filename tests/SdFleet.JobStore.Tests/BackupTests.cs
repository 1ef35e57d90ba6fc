using Npgsql;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore.Sql;
using SdFleet.TestServers;
using TestDatabase = SdFleet.TestServers.PostgresDatabase;

namespace SdFleet.JobStore.Tests;

/// <summary>A job store that goes back to a backup: what was lost meanwhile is made again, and nothing is counted twice.</summary>
public abstract class BackupTests(JobStoreKind kind) : StoreTests(kind)
{
    private readonly JobStoreKind _kind = kind;

    // In the test's own folder, which goes with it.
    private string BackupFile => Path.Combine(Path.GetDirectoryName(Options.Path)!, "backup");

    [Fact]
    public async Task Restored_GoesOnWhereTheBackupWasMade()
    {
        var done = await RunningAsync();
        await ApplyAsync(Samples.Completed(done));
        var running = await RunningAsync();
        var queued = await AdmitAsync();
        await BackUpAsync();

        // After the backup, and therefore lost: a job ends, and another one comes.
        await ApplyAsync(Samples.Completed(running));
        var late = Samples.Job();
        await Store.AdmitAsync([late], default);

        await using var database = _kind == JobStoreKind.Postgres ? await (await PostgresServer.GetAsync()).CreateDatabaseAsync() : null;
        await using var restored = JobStores.Open(await RestoreAsync(database));
        await restored.MigrateAsync(default);

        Assert.Equal(JobState.Completed, (await restored.FindJobAsync(done, default))!.State);
        Assert.Single((await restored.FindJobAsync(done, default))!.Images);
        Assert.Null(await restored.FindJobAsync(late.Job.Id, default));

        // What ran is not heard of, its lease ends, and it is tried again; submitted again, the lost one is a new job, behind the others.
        var later = Now.AddHours(1);
        Assert.Equal(running, Assert.Single(await restored.ExpireLeasesAsync(Policy, later, 10, default)).JobId);
        Assert.Equal(AdmitResult.Admitted, Assert.Single(await restored.AdmitAsync([late], default)).Result);
        var again = await restored.ReleaseAsync(Samples.Model, Lane.Normal, 10, later, ReleaseLease, default);
        Assert.Equal([(running, 2), (queued, 1), (late.Job.Id, 1)], again.Select(r => (r.Message.JobId, r.Message.Attempt)));

        // A report of the attempt that the backup knew, should it still come, ends the job.
        Assert.Equal(EventResult.Applied, Assert.Single(await restored.ApplyAsync([Samples.Completed(running)], Policy, later, RunningLease, default)).Result);
        Assert.Equal(2, (await restored.ReadManifestAsync(null, default).ToListAsync()).Count);
    }

    private async Task BackUpAsync()
    {
        if (_kind == JobStoreKind.Postgres)
        {
            (await ChildProcess.RunAsync(Path.GetTempPath(), "pg_dump", ["--format=custom", $"--file={BackupFile}", Address(Options.ConnectionString!)])).Succeeded();
            return;
        }

        await using var database = new SqliteDatabase(Options.Path!);
        await using var session = await database.OpenAsync(default);
        await session.ExecuteAsync("VACUUM INTO @file", new { file = BackupFile }, default);
    }

    private async Task<JobStoreOptions> RestoreAsync(TestDatabase? database)
    {
        if (database is null)
        {
            return new JobStoreOptions { Path = BackupFile };
        }

        (await ChildProcess.RunAsync(Path.GetTempPath(), "pg_restore", ["--exit-on-error", "--no-owner", $"--dbname={Address(database.ConnectionString)}", BackupFile])).Succeeded();
        return new JobStoreOptions { Kind = JobStoreKind.Postgres, ConnectionString = database.ConnectionString };
    }

    private static string Address(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgresql://{settings.Username}:{settings.Password}@{settings.Host}:{settings.Port}/{settings.Database}";
    }
}

public sealed class EmbeddedBackupTests() : BackupTests(JobStoreKind.Embedded);

public sealed class PostgresBackupTests() : BackupTests(JobStoreKind.Postgres);
