namespace SdFleet.JobStore.Fairness;

/// <summary>A job that may be released.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Batch">Its batch's place in the order of admission; 0 where it came by itself.</param>
/// <param name="Seq">Its own place in the order of admission.</param>
/// <param name="Work">What it costs, in any unit, above 0.</param>
internal readonly record struct ReadyJob(string Tenant, long Batch, long Seq, double Work);
