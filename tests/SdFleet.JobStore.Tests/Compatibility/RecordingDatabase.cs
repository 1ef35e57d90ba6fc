using System.Data.Common;
using SdFleet.JobStore.Sql;

namespace SdFleet.JobStore.Tests.Compatibility;

/// <summary>A database that writes down every statement.</summary>
/// <param name="inner">What differs between the databases.</param>
/// <param name="connect">Makes a connection.</param>
internal sealed class RecordingDatabase(Database inner, Func<DbConnection> connect) : Database
{
    private readonly List<RecordedSession> _sessions = [];

    /// <summary>What ran, in order.</summary>
    public IReadOnlyList<RecordedSession> Sessions => _sessions;

    public override string Place => inner.Place;

    public override string SelectVersion => inner.SelectVersion;

    public override string? SelectTime => inner.SelectTime;

    public override string NoLaterThanNow(string time) => inner.NoLaterThanNow(time);

    public override string SelectHasSchema => inner.SelectHasSchema;

    public override string Migrations => inner.Migrations;

    public override string ForUpdate => inner.ForUpdate;

    public override string ForUpdateSkipLocked => inner.ForUpdateSkipLocked;

    public override string WithoutCompiling => inner.WithoutCompiling;

    public override string Position(string part, string text) => inner.Position(part, text);

    public override string InsertNumbered(string table, string columns, string types, string ending) => inner.InsertNumbered(table, columns, types, ending);

    public override string FirstOfEach(string columns, string types, string condition, string place) => inner.FirstOfEach(columns, types, condition, place);

    public override string Rows(string columns) => inner.Rows(columns);

    public override async Task<Session> OpenAsync(CancellationToken cancellationToken) => new(await ConnectAsync(isTransaction: false, cancellationToken), transaction: null);

    public override async Task<Session> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(isTransaction: true, cancellationToken);
        return new Session(connection, await connection.Inner.BeginTransactionAsync(cancellationToken));
    }

    // Migrations are not recorded: the other version runs its own.
    public override Task<Session> BeginMigrationAsync(CancellationToken cancellationToken) => inner.BeginMigrationAsync(cancellationToken);

    public override bool IsConflict(DbException exception) => inner.IsConflict(exception);

    public override JobStoreException Translate(Exception exception) => inner.Translate(exception);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<RecordingConnection> ConnectAsync(bool isTransaction, CancellationToken cancellationToken)
    {
        var statements = new List<RecordedStatement>();
        _sessions.Add(new RecordedSession(isTransaction, statements));
        var connection = new RecordingConnection(connect(), statements);
        await connection.Inner.OpenAsync(cancellationToken);
        return connection;
    }
}
