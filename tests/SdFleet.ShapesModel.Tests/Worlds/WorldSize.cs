namespace SdFleet.ShapesModel.Tests.Worlds;

/// <summary>One named size: the radius it is drawn with, and the radii it is recognised by.</summary>
public sealed record WorldSize(double Radius, double Min, double Max)
{
    public bool Includes(double radius) => radius >= Min && radius < Max;
}
