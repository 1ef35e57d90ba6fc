namespace SdFleet.Contracts.Workers;

/// <summary>An attempt in a worker's hands, whose lease its heartbeat renews.</summary>
public sealed record HeldAttempt(Guid JobId, int Attempt);
