using SdFleet.JobStore.Sql;

namespace SdFleet.JobStore;

/// <summary>Opens job stores, for programs and tests without a service container.</summary>
public static class JobStores
{
    /// <summary>Opens the store that <paramref name="options"/> describe. Nothing is connected before the first call.</summary>
    public static IJobStore Open(JobStoreOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Database database = options.Kind switch
        {
            JobStoreKind.Embedded => new SqliteDatabase(options.Path!),
            JobStoreKind.Postgres => new PostgresDatabase(options.ConnectionString!),
            _ => throw new ArgumentException($"No job store of kind {options.Kind}.", nameof(options)),
        };
        return new SqlJobStore(database, time ?? TimeProvider.System);
    }
}
