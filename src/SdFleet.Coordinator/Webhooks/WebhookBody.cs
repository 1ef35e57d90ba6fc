namespace SdFleet.Coordinator.Webhooks;

/// <summary>What is sent.</summary>
/// <param name="Utf8">The body's bytes.</param>
/// <param name="Traceparent">W3C <c>traceparent</c> of the submission; null where it is not known.</param>
internal sealed record WebhookBody(byte[] Utf8, string? Traceparent);
