using System.Data.Common;

namespace SdFleet.JobStore.Sql;

/// <summary>What differs between the databases. Everything else of the store's SQL is the same text in both.</summary>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>Which database this is, for error texts; holds no secret.</summary>
    public abstract string Place { get; }

    /// <summary>False where there is nothing to connect to yet, and connecting would make it.</summary>
    public virtual bool Exists => true;

    /// <summary>Asks for the version.</summary>
    public abstract string SelectVersion { get; }

    /// <summary>Asks for the database's own time, in seconds since 1970; null where it has no clock of its own.</summary>
    public abstract string? SelectTime { get; }

    /// <summary>
    /// The earlier one of a time (microseconds since 1970) and the database's own time, where it has one: what a program with a fast clock
    /// writes is not in the future for the others.
    /// </summary>
    public abstract string NoLaterThanNow(string time);

    /// <summary>Asks whether there is a table <c>schema_version</c>: one number, 0 where there is none.</summary>
    public abstract string SelectHasSchema { get; }

    /// <summary>Folder of its migrations among the embedded resources.</summary>
    public abstract string Migrations { get; }

    /// <summary>Ends a SELECT that takes its rows for an update, waiting for whoever has them.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>The place of a text in another one, from 1; 0 where it is not in it.</summary>
    /// <param name="part">The text, as SQL.</param>
    /// <param name="text">The other one, as SQL.</param>
    public abstract string Position(string part, string text);

    /// <summary>
    /// Goes before a statement whose transaction walks indexes from row to row. Planners take that for dear, and PostgreSQL would compile
    /// it to machine code each time (JIT), which takes some fifty times as long as running it.
    /// </summary>
    public abstract string WithoutCompiling { get; }

    /// <summary>Ends a SELECT that takes its rows for an update, leaving out those that somebody else has.</summary>
    public abstract string ForUpdateSkipLocked { get; }

    /// <summary>
    /// Inserts <c>@rows</c>, numbered (<c>seq</c>) in the order of their <c>place</c>; and in one and the same order of <c>id</c>
    /// whoever inserts them, where several can at once: two that insert the same rows then wait for each other, not in a circle.
    /// </summary>
    /// <param name="table">The table, which has a <c>seq</c> that numbers itself.</param>
    /// <param name="columns">What is inserted, besides.</param>
    /// <param name="types">The rows' columns with their types: <c>place</c> and the above.</param>
    /// <param name="ending">What follows the rows.</param>
    public abstract string InsertNumbered(string table, string columns, string types, string ending);

    /// <summary>
    /// A table named <c>r</c> made from the parameter <c>@rows</c> (<see cref="SqlJson.Rows"/>): one parameter and one
    /// statement however many rows there are.
    /// </summary>
    /// <param name="columns">Names and PostgreSQL types, such as <c>seq bigint, state text</c>.</param>
    public abstract string Rows(string columns);

    /// <summary>
    /// Takes the first <c>r.take</c> jobs of each of <c>@rows</c> for an update, by an index that has them in order: however many more
    /// there are, they are not read. Those that somebody else has are left out.
    /// </summary>
    /// <param name="columns">What is wanted of a job <c>j</c>.</param>
    /// <param name="types">The rows' columns with their types; <c>seq</c> is the first place that may be, <c>take</c> how many are wanted.</param>
    /// <param name="condition">Which jobs <c>j</c> are a row <c>r</c>'s: what the index begins with.</param>
    /// <param name="place">What the index sorts those by.</param>
    public abstract string FirstOfEach(string columns, string types, string condition, string place);

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
