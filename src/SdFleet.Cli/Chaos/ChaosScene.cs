using SdFleet.Cli.Chaos.Plan;

namespace SdFleet.Cli.Chaos;

/// <summary>What there is to be seen when all jobs have ended.</summary>
/// <param name="Jobs">The plan.</param>
/// <param name="Broker">The run's virtual host.</param>
/// <param name="JobStore">Connection string of the run's database, or its file.</param>
/// <param name="Container">Name of the run's container, or its folder.</param>
internal sealed record ChaosScene(IReadOnlyList<PlannedJob> Jobs, Uri Broker, string JobStore, string Container);
