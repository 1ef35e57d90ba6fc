using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Workers;

namespace SdFleet.JobStore;

/// <summary>What became of a <see cref="BatchExpansion"/>.</summary>
/// <param name="Applied">False where somebody else had expanded, paused or ended the batch; nothing was changed then.</param>
/// <param name="State">Where the batch stands; null where there is none.</param>
/// <param name="Admitted">New jobs.</param>
/// <param name="BadLines">New problems.</param>
/// <param name="Stopped">Attempts in the workers' hands that the end of the batch has cancelled.</param>
public sealed record BatchExpansionOutcome(bool Applied, BatchState? State, int Admitted, int BadLines, IReadOnlyList<HeldAttempt> Stopped);
