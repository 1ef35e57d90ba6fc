namespace SdFleet.JobStore;

/// <summary>Where jobs are kept.</summary>
public enum JobStoreKind
{
    /// <summary>A SQLite file, for a fleet on one machine.</summary>
    Embedded,

    /// <summary>A PostgreSQL server.</summary>
    Postgres,
}
