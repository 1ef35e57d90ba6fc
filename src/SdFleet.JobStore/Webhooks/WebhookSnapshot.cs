using SdFleet.Contracts.Api;

namespace SdFleet.JobStore;

/// <summary>What the store knows of one delivery.</summary>
/// <param name="Sequence">Place in the order of writing, for reading a list on.</param>
/// <param name="View">The delivery.</param>
public sealed record WebhookSnapshot(long Sequence, WebhookView View);
