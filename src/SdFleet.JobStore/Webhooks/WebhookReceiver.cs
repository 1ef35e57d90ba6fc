namespace SdFleet.JobStore;

/// <summary>Somebody for whom deliveries are due.</summary>
/// <param name="Tenant">Whose deliveries.</param>
/// <param name="Host">Host and port of their URLs.</param>
public sealed record WebhookReceiver(string Tenant, string Host);
