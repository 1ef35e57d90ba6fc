namespace SdFleet.JobStore;

/// <summary>Configuration of the job store.</summary>
public sealed class JobStoreOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:JobStore";

    /// <summary>Where jobs are kept. Default <see cref="JobStoreKind.Embedded"/>.</summary>
    public JobStoreKind Kind { get; set; } = JobStoreKind.Embedded;

    /// <summary>Npgsql connection string, for <see cref="JobStoreKind.Postgres"/>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The database file, for <see cref="JobStoreKind.Embedded"/>; made, with its folder, where it is missing. Default <c>sdfleet.db</c>.</summary>
    public string? Path { get; set; } = "sdfleet.db";
}
