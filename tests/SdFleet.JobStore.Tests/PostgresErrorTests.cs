using Npgsql;

namespace SdFleet.JobStore.Tests;

/// <summary>What a server refuses for the moment is nobody's fault.</summary>
public sealed class PostgresErrorTests() : StoreTests(JobStoreKind.Postgres)
{
    [Theory]
    [InlineData("statement_timeout=200", true, "57014")]
    [InlineData("lock_timeout=200", true, "55P03")]
    [InlineData("default_transaction_read_only=on", false, "25006")] // as a server that another one has taken over from
    public async Task Admit_RefusedForTheMoment_MayWorkLater(string setting, bool isLocked, string code)
    {
        await using var holder = new NpgsqlConnection(Options.ConnectionString);
        await holder.OpenAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        if (isLocked)
        {
            await using var command = new NpgsqlCommand("LOCK TABLE jobs", holder, transaction);
            await command.ExecuteNonQueryAsync();
        }

        var settings = new NpgsqlConnectionStringBuilder(Options.ConnectionString) { Options = $"-c {setting}" };
        await using var store = JobStores.Open(new JobStoreOptions { Kind = JobStoreKind.Postgres, ConnectionString = settings.ConnectionString });

        var refused = await Assert.ThrowsAsync<JobStoreException>(() => store.AdmitAsync([Samples.Job()], default));

        Assert.True(refused.IsTransient);
        Assert.Contains(code, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Admit_ConnectionEndedByAnOperator_MayWorkLater()
    {
        var settings = new NpgsqlConnectionStringBuilder(Options.ConnectionString) { ApplicationName = "ended", MaxPoolSize = 1 };
        await using var store = JobStores.Open(new JobStoreOptions { Kind = JobStoreKind.Postgres, ConnectionString = settings.ConnectionString });
        await store.PingAsync(default);
        await using var other = new NpgsqlConnection(Options.ConnectionString);
        await other.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE application_name = 'ended'", other);
        Assert.Equal(1L, await command.ExecuteScalarAsync());

        var refused = await Assert.ThrowsAsync<JobStoreException>(() => store.AdmitAsync([Samples.Job()], default));

        Assert.True(refused.IsTransient);
        Assert.Single(await store.AdmitAsync([Samples.Job()], default));
    }
}
