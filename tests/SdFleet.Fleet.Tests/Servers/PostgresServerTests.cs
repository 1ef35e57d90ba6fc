using Npgsql;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Servers;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task Database_HoldsTablesOfItsOwn()
    {
        var server = await PostgresServer.GetAsync();
        await using var here = await server.CreateDatabaseAsync();
        await using var there = await server.CreateDatabaseAsync();

        await ExecuteAsync(here.ConnectionString, "create table job (id int); insert into job values (7)");

        Assert.Equal(7, await ExecuteAsync(here.ConnectionString, "select id from job"));
        Assert.Equal(DBNull.Value, await ExecuteAsync(there.ConnectionString, "select to_regclass('job')::text"));
    }

    [Fact]
    public async Task Database_WhenDisposed_IsGoneDespiteOpenConnections()
    {
        var server = await PostgresServer.GetAsync();
        var database = await server.CreateDatabaseAsync();
        await using var open = new NpgsqlConnection(database.ConnectionString);
        await open.OpenAsync();

        await database.DisposeAsync();

        Assert.Equal(0L, await ExecuteAsync(server.ConnectionString, $"select count(*) from pg_database where datname = '{database.Name}'"));
    }

    [Fact]
    public async Task Server_TakesTwoHundredConnections()
    {
        var server = await PostgresServer.GetAsync();

        Assert.Equal("200", await ExecuteAsync(server.ConnectionString, "show max_connections"));
    }

    [Fact]
    public async Task Private_KilledAndRestarted_HasItsPortAndItsRows()
    {
        await using var server = await PostgresServer.StartPrivateAsync();
        var unpooled = server.ConnectionString + ";Pooling=false";
        await ExecuteAsync(unpooled, "create table job (id int); insert into job values (7)");

        await server.KillAsync();
        await Assert.ThrowsAsync<NpgsqlException>(() => ExecuteAsync(unpooled, "select 1"));
        await server.RestartAsync();

        Assert.Equal(7, await ExecuteAsync(unpooled, "select id from job"));
    }

    [Fact]
    public async Task Private_WhilePaused_DoesNotAnswer()
    {
        await using var server = await PostgresServer.StartPrivateAsync();
        var impatient = server.ConnectionString + ";Pooling=false;Timeout=1";

        await server.PauseAsync();
        await Assert.ThrowsAsync<NpgsqlException>(() => ExecuteAsync(impatient, "select 1"));
        await server.ResumeAsync();

        Assert.Equal(1, await ExecuteAsync(server.ConnectionString + ";Pooling=false", "select 1"));
    }

    [Fact]
    public async Task Private_WhenDisposed_LeavesNoProcess()
    {
        var server = await PostgresServer.StartPrivateAsync();
        var processes = server.ProcessIds;

        await server.DisposeAsync();

        LiveProcess.AssertNone(processes);
    }

    [Fact]
    public async Task Shared_CannotBeKilledUnderOtherTests()
    {
        var server = await PostgresServer.GetAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(server.KillAsync);
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }
}
