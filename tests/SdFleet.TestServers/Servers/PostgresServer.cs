using Npgsql;

namespace SdFleet.TestServers;

/// <summary>A PostgreSQL server.</summary>
public sealed class PostgresServer : TestServer
{
    private static readonly Lazy<Task<PostgresServer>> Shared = new(StartSharedAsync);

    private PostgresServer(string connectionString, ServersScript? script = null)
        : base(script)
    {
        ConnectionString = connectionString;
    }

    /// <summary>Leads to a database that all tests share; they take one of their own instead.</summary>
    public string ConnectionString { get; }

    /// <summary>The server of this test process: the one that SDFLEET_TEST_POSTGRES names, or one that is started now.</summary>
    public static Task<PostgresServer> GetAsync() => Shared.Value;

    public static async Task<PostgresServer> StartPrivateAsync() => FromScript(await ServersScript.StartAsync("postgres"), isPrivate: true);

    /// <summary>An empty database of the test's own. Disposing it drops it, open connections or not.</summary>
    public async Task<PostgresDatabase> CreateDatabaseAsync()
    {
        var name = UniqueName("test");
        await ExecuteAsync($"create database {name}");
        return new PostgresDatabase(this, name);
    }

    internal async Task ExecuteAsync(string sql)
    {
        // Unpooled: a connection left in the pool would count against the server's limit for nothing. A busy machine takes its time to copy a database.
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, Timeout = 60, CommandTimeout = 120 };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // database names cannot be parameters, and these are made here
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<PostgresServer> StartSharedAsync()
    {
        if (Given("SDFLEET_TEST_POSTGRES") is { } given)
        {
            return new PostgresServer(given);
        }

        if (await Containers.StartPostgresAsync() is { } container)
        {
            return new PostgresServer(container);
        }

        return FromScript(await ServersScript.StartAsync("postgres"), isPrivate: false);
    }

    private static PostgresServer FromScript(ServersScript script, bool isPrivate) =>
        new(script.Description.GetProperty("connectionString").GetString()!, script) { IsPrivate = isPrivate };
}
