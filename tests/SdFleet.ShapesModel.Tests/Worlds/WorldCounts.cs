namespace SdFleet.ShapesModel.Tests.Worlds;

/// <summary>Where two and three objects lie, and how large they may be.</summary>
public sealed record WorldCounts(
    IReadOnlyDictionary<string, double[][]> Layouts,
    double CenterJitter,
    IReadOnlyList<string> Sizes,
    IReadOnlyDictionary<string, double> Weights);
