using SdFleet.Contracts.Api;

namespace SdFleet.JobStore;

/// <summary>What goes on in a batch, beyond its counters.</summary>
/// <param name="RecentImages">Pictures that were finished lately.</param>
/// <param name="Workers">Workers that run a job of it now.</param>
/// <param name="Failures">Why jobs of it failed, the commonest reasons first.</param>
public sealed record BatchActivity(long RecentImages, int Workers, IReadOnlyList<BatchFailureView> Failures);
