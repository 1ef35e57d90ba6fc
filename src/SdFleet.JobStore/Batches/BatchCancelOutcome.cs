using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Workers;

namespace SdFleet.JobStore;

/// <summary>What became of a request to cancel a batch.</summary>
/// <param name="Result">What the request did.</param>
/// <param name="State">Where the batch stands; null where there is none.</param>
/// <param name="Stopped">Attempts that a message or a worker may still have, so that workers need to hear of it.</param>
public sealed record BatchCancelOutcome(CancelResult Result, BatchState? State, IReadOnlyList<HeldAttempt> Stopped);
