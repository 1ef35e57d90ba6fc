namespace SdFleet.JobStore.Fairness;

/// <summary>Jobs to look up: the oldest of one source.</summary>
/// <param name="Tenant">The source's tenant.</param>
/// <param name="Batch">The source's batch.</param>
/// <param name="Seq">From this place in the order of admission.</param>
/// <param name="Take">How many at most.</param>
internal readonly record struct WantedJobs(string Tenant, long Batch, long Seq, int Take);
