namespace SdFleet.JobStore.Fairness;

/// <summary>One tenant's ready jobs of one batch, or those that came by themselves.</summary>
/// <param name="Tenant">Whose they are.</param>
/// <param name="Batch">The batch's place in the order of admission; 0 for jobs that came by themselves.</param>
/// <param name="First">Place of the oldest of them.</param>
/// <param name="Clock">The tenant's clock as it was left; 0 where it has none.</param>
/// <param name="Owed">Work of the tenant's that was done since and is not in its clock yet.</param>
internal readonly record struct ReadySource(string Tenant, long Batch, long First, double Clock, double Owed = 0);
