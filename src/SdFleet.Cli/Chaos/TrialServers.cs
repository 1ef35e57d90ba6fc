namespace SdFleet.Cli.Chaos;

/// <summary>The servers that a trial of the fleet may use.</summary>
internal sealed record TrialServers
{
    /// <summary>The broker; its virtual host is not used, the trial makes one of its own.</summary>
    public required Uri Broker { get; init; }

    /// <summary>The broker's management API.</summary>
    public required Uri Management { get; init; }

    /// <summary>Connection string of PostgreSQL; null for a database file.</summary>
    public string? Postgres { get; init; }

    /// <summary>Connection string or signed address of a blob service; null for a folder.</summary>
    public string? Blobs { get; init; }
}
