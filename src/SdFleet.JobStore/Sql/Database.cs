using System.Data.Common;

namespace SdFleet.JobStore.Sql;

/// <summary>What differs between the databases. Everything else of the store's SQL is the same text in both.</summary>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>Which database this is, for error texts; holds no secret.</summary>
    public abstract string Place { get; }

    /// <summary>Folder of its migrations among the embedded resources.</summary>
    public abstract string Migrations { get; }

    /// <summary>Ends a SELECT that takes its rows for an update, waiting for whoever has them.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Ends a SELECT that takes its rows for an update, leaving out those that somebody else has.</summary>
    public abstract string ForUpdateSkipLocked { get; }

    /// <summary>
    /// A table named <c>r</c> made from the parameter <c>@rows</c> (<see cref="SqlJson.Rows"/>): one parameter and one
    /// statement however many rows there are.
    /// </summary>
    /// <param name="columns">Names and PostgreSQL types, such as <c>seq bigint, state text</c>.</param>
    public abstract string Rows(string columns);

    /// <summary>Opens a connection outside of any transaction, to read.</summary>
    public abstract Task<Session> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Opens a connection with a transaction that may write.</summary>
    public abstract Task<Session> BeginAsync(CancellationToken cancellationToken);

    /// <summary>Makes the database ready for its first transaction, and, within it, keeps others from migrating.</summary>
    public abstract Task<Session> BeginMigrationAsync(CancellationToken cancellationToken);

    /// <summary>True where the transaction lost against another one and may simply be done again.</summary>
    public abstract bool IsConflict(DbException exception);

    /// <summary>Says in the store's own words what the database reports.</summary>
    public abstract JobStoreException Translate(Exception exception);

    public abstract ValueTask DisposeAsync();
}
