namespace SdFleet.Coordinator.Datasets.Statistics;

/// <summary>A model as it was used: a name may have stood for several over time.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">SHA-256 over its files.</param>
public sealed record ModelUse(string Name, string Digest);
