using Npgsql;

namespace SdFleet.JobStore;

/// <summary>
/// An empty database of its own on a PostgreSQL server, for a trial of the fleet: made for it, dropped with it, and nothing
/// else on the server is touched. Trouble with the server is a <see cref="JobStoreException"/>.
/// </summary>
public sealed class ScratchDatabase : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly string _name;

    private ScratchDatabase(NpgsqlConnectionStringBuilder server, string name)
    {
        _server = server;
        _name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, Pooling = true }.ConnectionString;
    }

    /// <summary>Leads to the database.</summary>
    public string ConnectionString { get; }

    /// <summary>Makes the database.</summary>
    /// <param name="connectionString">Leads to any database of the server, as a user who may make others.</param>
    /// <param name="name">The new one's name: a-z, 0-9 and '_'.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ScratchDatabase> CreateAsync(string connectionString, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > 63 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            throw new ArgumentException($"\"{name}\" is no name for a database: 1 to 63 characters of a-z, 0-9 and '_'.", nameof(name));
        }

        // Unpooled: after a restart of the server a pool would hold broken connections.
        var server = Parse(connectionString);
        server.Pooling = false;
        var database = new ScratchDatabase(server, name);
        await database.ExecuteAsync("making a database", $"CREATE DATABASE \"{name}\"", cancellationToken);
        return database;
    }

    /// <summary>Ends every session in the database, as a failover would. The clients have to connect again.</summary>
    /// <returns>How many there were.</returns>
    public Task<long> EndSessionsAsync(CancellationToken cancellationToken) => ExecuteAsync(
        "ending sessions",
        $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{_name}'",
        cancellationToken);

    /// <summary>How many sessions there are in the database.</summary>
    public Task<long> CountSessionsAsync(CancellationToken cancellationToken) => ExecuteAsync(
        "counting sessions",
        $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_name}'",
        cancellationToken);

    /// <summary>Drops the database, whoever is connected to it.</summary>
    public async ValueTask DisposeAsync() =>
        await ExecuteAsync("dropping a database", $"DROP DATABASE IF EXISTS \"{_name}\" WITH (FORCE)", CancellationToken.None);

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException e)
        {
            // The text itself may hold a password.
            throw new JobStoreException("That is no PostgreSQL connection string. It looks like Host=localhost;Username=me;Password=secret;Database=postgres.", isTransient: false, e);
        }
    }

    private async Task<long> ExecuteAsync(string what, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(_server.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of databases cannot be parameters; this one was checked.
            command.CommandText = sql;
#pragma warning restore CA2100
            return await command.ExecuteScalarAsync(cancellationToken) is long count ? count : 0;
        }
        catch (NpgsqlException e)
        {
            throw new JobStoreException(
                $"PostgreSQL at {_server.Host}:{_server.Port}, {what} ({_name}): {e.GetBaseException().Message} " +
                "Check the address, and that the user may make databases.",
                e.IsTransient,
                e);
        }
    }
}
