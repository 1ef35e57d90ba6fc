namespace SdFleet.Storage;

/// <summary>What a look at an artifact store found.</summary>
/// <param name="Place">Which folder or container; holds no secret.</param>
/// <param name="Exists">Whether it is there. A service of the fleet makes it.</param>
/// <param name="Flaw">What the store does not do as the fleet needs it, found by trying; null where nothing, or where it was not tried.</param>
public sealed record ArtifactStoreInspection(string Place, bool Exists, string? Flaw);
