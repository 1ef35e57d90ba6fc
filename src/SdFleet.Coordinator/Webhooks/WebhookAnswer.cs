namespace SdFleet.Coordinator.Webhooks;

/// <summary>What came back from a receiver, or why nothing did.</summary>
/// <param name="Status">The answer's status; null where there was none.</param>
/// <param name="Error">Why it is no success; null where it is one.</param>
/// <param name="IsFinal">Whether trying again would not help.</param>
/// <param name="RetryAfter">How long the receiver asked to be left alone.</param>
internal sealed record WebhookAnswer(int? Status, string? Error = null, bool IsFinal = false, TimeSpan? RetryAfter = null);
