namespace SdFleet.Contracts.Api;

/// <summary>A reason for which jobs of a batch failed for good.</summary>
/// <param name="Reason">The reason, as the last attempt gave it.</param>
/// <param name="Jobs">How many jobs.</param>
public sealed record BatchFailureView(string Reason, long Jobs);
