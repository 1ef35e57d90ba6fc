using System.Data;
using System.Data.Common;
using Npgsql;

namespace SdFleet.JobStore.Sql;

/// <summary>PostgreSQL 14 or newer.</summary>
internal sealed class PostgresDatabase : Database
{
    // "sdfleet" in ASCII: advisory locks are numbers, shared by everything in a database.
    private const long MigrationLock = 0x7364666C656574;

    private readonly NpgsqlDataSource _source;

    public PostgresDatabase(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.ApplicationName ??= "sdfleet";
        _source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        Place = $"PostgreSQL at {settings.Host}:{settings.Port}, database {settings.Database}";
    }

    public override string Place { get; }

    public override string Migrations => "Postgres";

    public override string SelectVersion => "SELECT current_setting('server_version')";

    public override string SelectTime => "SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)";

    public override string NoLaterThanNow(string time) => $"least({time}, CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint))";

    public override string SelectHasSchema => "SELECT CASE WHEN to_regclass('schema_version') IS NULL THEN 0 ELSE 1 END";

    public override string ForUpdate => "FOR UPDATE";

    public override string ForUpdateSkipLocked => "FOR UPDATE SKIP LOCKED";

    public override string Position(string part, string text) => $"position({part} in {text})";

    public override string WithoutCompiling => "SET LOCAL jit = off; ";

    public override string Rows(string columns) => $"json_to_recordset(CAST(@rows AS json)) AS r({columns})";

    public override string InsertNumbered(string table, string columns, string types, string ending) =>
        $"""
        WITH numbered AS MATERIALIZED (
            SELECT nextval(pg_get_serial_sequence('{table}', 'seq')) AS seq, {columns}
            FROM (SELECT * FROM {Rows(types)} ORDER BY place) AS given)
        INSERT INTO {table} (seq, {columns}) OVERRIDING SYSTEM VALUE
        SELECT seq, {columns} FROM numbered ORDER BY id, seq
        {ending}
        """;

    // Locked below the limit: where some are somebody else's, others take their place. The outer limit tells the planner how few there are.
    public override string FirstOfEach(string columns, string types, string condition, string place) =>
        $"""
        SELECT found.*
        FROM {Rows(types)} CROSS JOIN LATERAL (
            SELECT {columns} FROM jobs AS j WHERE {condition} AND {place} >= r.seq ORDER BY {place} LIMIT r.take {ForUpdateSkipLocked}) AS found
        LIMIT @max
        """;

    public override async Task<Session> OpenAsync(CancellationToken cancellationToken) =>
        new(await _source.OpenConnectionAsync(cancellationToken), transaction: null);

    public override async Task<Session> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken);
        try
        {
            return new Session(connection, await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override async Task<Session> BeginMigrationAsync(CancellationToken cancellationToken)
    {
        var session = await BeginAsync(cancellationToken);
        try
        {
            await session.ExecuteScriptAsync($"SELECT pg_advisory_xact_lock({MigrationLock})", cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public override bool IsConflict(DbException exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    public override JobStoreException Translate(Exception exception)
    {
        if (exception is not PostgresException refused)
        {
            return new JobStoreException(
                $"The job store ({Place}) cannot be reached: {exception.GetBaseException().Message} Check that the server is up and that its address is right.",
                isTransient: true,
                exception);
        }

        var (remedy, transient) = refused.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                ("Check user and password in the connection string.", false),
            PostgresErrorCodes.InvalidCatalogName => ("Create that database, or correct the connection string.", false),
            PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
                ("Its schema is missing or old: start a service of this version, which brings it up to date.", false),
            PostgresErrorCodes.InsufficientPrivilege => ("Grant the user what it lacks.", false),
            PostgresErrorCodes.TooManyConnections => ("Lower Maximum Pool Size in the connection strings, or raise max_connections.", true),
            PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable =>
                ("It took longer than the server allows (statement_timeout, lock_timeout), or an operator ended it: look for what holds the server up.", true),
            PostgresErrorCodes.ReadOnlySqlTransaction =>
                ("The server takes no writes, as one that waits behind another: give Host all of them, with Target Session Attributes=primary.", true),
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => ("It is restarting.", true),
            PostgresErrorCodes.DiskFull => ("Make room on the server's disk.", true),
            _ => (refused.IsTransient ? "It may work a little later." : "See the inner exception.", refused.IsTransient),
        };
        return new JobStoreException($"The job store ({Place}) refused: {refused.MessageText} ({refused.SqlState}). {remedy}", transient, refused);
    }

    public override ValueTask DisposeAsync() => _source.DisposeAsync();
}
