namespace SdFleet.Cli.Chaos.Plan;

/// <summary>One fault of the plan.</summary>
/// <param name="Number">Place in the plan, from 1.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Victim">Chooses among processes of a kind: modulo their number.</param>
/// <param name="Duration">How long a fault lasts that has a length.</param>
internal sealed record PlannedFault(int Number, FaultKind Kind, int Victim, TimeSpan Duration);
