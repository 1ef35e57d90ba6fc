using Npgsql;
using SdFleet.TestServers;

namespace SdFleet.JobStore.Tests;

public sealed class ScratchDatabaseTests
{
    private readonly string _name = $"scratch_{Guid.NewGuid():N}"[..20];

    [Fact]
    public async Task Database_TakesAJobStore_AndIsGoneAfterwards()
    {
        var server = (await PostgresServer.GetAsync()).ConnectionString;
        await using (var database = await ScratchDatabase.CreateAsync(server, _name, default))
        {
            await using var store = JobStores.Open(new JobStoreOptions { Kind = JobStoreKind.Postgres, ConnectionString = database.ConnectionString });
            await store.MigrateAsync(default);
            Assert.Empty(await store.CountAsync(default));
            Assert.Equal(1L, await CountAsync(server));
        }

        Assert.Equal(0L, await CountAsync(server));
    }

    [Fact]
    public async Task EndSessions_EndsThoseInTheDatabaseOnly()
    {
        var server = (await PostgresServer.GetAsync()).ConnectionString;
        await using var database = await ScratchDatabase.CreateAsync(server, _name, default);
        await using var inside = await OpenAsync(database.ConnectionString);
        await using var outside = await OpenAsync(server);

        Assert.Equal(1, await database.EndSessionsAsync(default));

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => SelectAsync(inside));
        Assert.Equal(1, await SelectAsync(outside));
    }

    [Fact]
    public async Task Create_WithAnOddName_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => ScratchDatabase.CreateAsync("Host=127.0.0.1", "x\"; drop", default));
    }

    [Fact]
    public async Task Create_WhereNoServerIs_SaysWhereItLooked()
    {
        var missing = await Assert.ThrowsAsync<JobStoreException>(() => ScratchDatabase.CreateAsync("Host=127.0.0.1;Port=1;Username=x;Password=secret", _name, default));

        Assert.Contains("127.0.0.1:1", missing.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", missing.Message, StringComparison.Ordinal);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<object?> SelectAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task<object?> CountAsync(string server)
    {
        await using var connection = await OpenAsync(server);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_database WHERE datname = @name", connection);
        command.Parameters.AddWithValue("name", _name);
        return await command.ExecuteScalarAsync();
    }
}
