namespace SdFleet.ShapesModel.Tests.Worlds;

/// <summary>How large the parts of a shape are, as multiples of its nominal radius.</summary>
public sealed record WorldGeometry(
    double SquareHalfSide,
    double TriangleCircumradius,
    double StarOuterRadius,
    double StarInnerRatio,
    IReadOnlyDictionary<string, double> AreaOverR2);
