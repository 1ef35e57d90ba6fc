namespace SdFleet.Coordinator.Webhooks;

/// <summary>A receiver's name leads to an address that webhooks may not be sent to.</summary>
internal sealed class AddressRefusedException(string message) : IOException(message);
