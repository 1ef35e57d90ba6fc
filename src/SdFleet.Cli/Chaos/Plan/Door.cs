namespace SdFleet.Cli.Chaos.Plan;

/// <summary>Where a submission comes in.</summary>
internal enum Door
{
    /// <summary>The API, with its tenant's key.</summary>
    Http,

    /// <summary>The broker, by the published contract.</summary>
    Broker,
}
