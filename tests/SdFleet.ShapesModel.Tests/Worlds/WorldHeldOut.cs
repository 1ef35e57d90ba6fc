namespace SdFleet.ShapesModel.Tests.Worlds;

/// <summary>Triples of shape, colour and ground that no training caption had.</summary>
/// <param name="Monitor">Those the training was watched with.</param>
/// <param name="Final">Those kept for the end.</param>
public sealed record WorldHeldOut(IReadOnlyList<string[]> Monitor, IReadOnlyList<string[]> Final);
