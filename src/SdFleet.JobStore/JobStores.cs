using SdFleet.JobStore.Sql;

namespace SdFleet.JobStore;

/// <summary>Opens job stores, for programs and tests without a service container.</summary>
public static class JobStores
{
    /// <summary>Opens the store that <paramref name="options"/> describe. Nothing is connected before the first call.</summary>
    public static IJobStore Open(JobStoreOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SqlJobStore(DatabaseOf(options), time ?? TimeProvider.System);
    }

    /// <summary>Looks at the store that <paramref name="options"/> describe, and changes nothing.</summary>
    /// <exception cref="JobStoreException">It cannot be reached, or refuses; the message says what to do.</exception>
    public static async Task<JobStoreInspection> InspectAsync(JobStoreOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        await using var database = DatabaseOf(options);
        return await new Inspector(database).InspectAsync(cancellationToken).ConfigureAwait(false);
    }

    private static Database DatabaseOf(JobStoreOptions options) => options.Kind switch
    {
        JobStoreKind.Embedded => new SqliteDatabase(options.Path!),
        JobStoreKind.Postgres => new PostgresDatabase(options.ConnectionString!),
        _ => throw new ArgumentException($"No job store of kind {options.Kind}.", nameof(options)),
    };
}
