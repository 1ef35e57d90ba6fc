using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace SdFleet.JobStore.Sql;

/// <summary>A SQLite file in WAL mode: one writer at a time, whom readers do not wait for. 3.35 or newer (RETURNING).</summary>
internal sealed class SqliteDatabase : Database
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    private readonly string _file;
    private readonly string _connectionString;

    // SQLite makes writers of other processes poll; those of this one queue up here, in order and without polling.
    private readonly SemaphoreSlim _writer = new(1);

    public SqliteDatabase(string path)
    {
        _file = Path.GetFullPath(path);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = _file, DefaultTimeout = 30, ForeignKeys = true }.ConnectionString;
    }

    public override string Place => $"SQLite file {_file}";

    public override string Migrations => "Sqlite";

    public override bool Exists => File.Exists(_file);

    public override string SelectVersion => "SELECT sqlite_version()";

    public override string? SelectTime => null;

    // All who use the file are on one machine, and have its clock.
    public override string NoLaterThanNow(string time) => time;

    public override string SelectHasSchema => "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";

    // A transaction that writes has the whole database.
    public override string ForUpdate => "";

    public override string ForUpdateSkipLocked => "";

    public override string Position(string part, string text) => $"instr({text}, {part})";

    public override string WithoutCompiling => "";

    // One writer at a time: there is no circle to wait in.
    public override string InsertNumbered(string table, string columns, string types, string ending) =>
        $"""
        INSERT INTO {table} ({columns})
        SELECT {columns} FROM {Rows(types)}
        WHERE true
        ORDER BY r.place
        {ending}
        """;

    public override string Rows(string columns)
    {
        var extracted = columns
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(column => column.Split(' ')[0])
            .Select(name => $"json_extract(value, '$.{name}') AS {name}");
        return $"(SELECT {string.Join(", ", extracted)} FROM json_each(@rows)) AS r";
    }

    // It has no lateral joins: a job is found after the one before it. Then they are read by their key.
    public override string FirstOfEach(string columns, string types, string condition, string place)
    {
        var names = string.Join(", ", types.Split(',', StringSplitOptions.TrimEntries).Select(column => column.Split(' ')[0]).Where(name => name is not ("seq" or "take")));
        return $"""
            WITH RECURSIVE found ({names}, seq, take) AS (
                SELECT {names}, {First(">=")}, r.take FROM {Rows(types)}
                UNION ALL
                SELECT {names}, {First(">")}, r.take - 1 FROM found AS r WHERE r.seq IS NOT NULL AND r.take > 1)
            SELECT {columns}
            FROM (SELECT f.seq FROM found AS f WHERE f.seq IS NOT NULL LIMIT @max) AS few CROSS JOIN jobs AS j
            WHERE j.seq = few.seq
            """;

        string First(string from) => $"(SELECT {place} FROM jobs AS j WHERE {condition} AND {place} {from} r.seq ORDER BY {place} LIMIT 1)";
    }

    public override async Task<Session> OpenAsync(CancellationToken cancellationToken) =>
        new(await ConnectAsync(cancellationToken), transaction: null);

    public override async Task<Session> BeginAsync(CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        SqliteConnection? connection = null;
        try
        {
            connection = await ConnectAsync(cancellationToken);

            // Takes the write lock now: a transaction that began by reading could not wait for it later.
            return new Session(connection, connection.BeginTransaction(deferred: false), () => _writer.Release());
        }
        catch
        {
            connection?.Dispose();
            _writer.Release();
            throw;
        }
    }

    public override async Task<Session> BeginMigrationAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        await using (var session = await OpenAsync(cancellationToken))
        {
            // Stays with the file.
            await session.QueryAsync("PRAGMA journal_mode = WAL", null, reader => reader.GetString(0), cancellationToken);
        }

        return await BeginAsync(cancellationToken);
    }

    public override bool IsConflict(DbException exception) =>
        exception is SqliteException { SqliteErrorCode: Busy or Locked };

    public override JobStoreException Translate(Exception exception)
    {
        var (remedy, transient) = (exception as SqliteException)?.SqliteErrorCode switch
        {
            Busy or Locked => ("Another process holds it: it may work a little later.", true),
            CannotOpen => ("Check that the folder is there and that the user that runs this may write in it.", false),
            ReadOnly => ("Let the user that runs this write it.", false),
            Full => ("Make room on the disk.", true),
            InputOutput => ("Check the disk. A network share will not do: SQLite needs working locks.", true),
            Corrupt or NotADatabase => ("It is damaged, or something else: restore it from a backup, or move it away to begin afresh.", false),
            null => ("Check that the folder is there and that the user that runs this may write in it.", false),
            _ => ("See the inner exception.", false),
        };
        return new JobStoreException($"The job store ({Place}) failed: {exception.GetBaseException().Message} {remedy}", transient, exception);
    }

    public override ValueTask DisposeAsync()
    {
        // Without connections left in the pool SQLite folds the log into the file and removes it.
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<SqliteConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
