using System.Globalization;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Judging;

/// <summary>How well a set of pixels fills a shape that has its area and centre, seen through the blur that suits it best.</summary>
/// <param name="Shape">The shape.</param>
/// <param name="Radius">The shape's nominal radius.</param>
/// <param name="Blur">The blur.</param>
/// <param name="Overlap">Pixels in both over pixels in either.</param>
/// <param name="Deviation">How far the outlines are apart on average, over the radius.</param>
/// <param name="Reach">How far it goes towards the corner where it goes least far, over how far the shape goes; 1 for a circle.</param>
/// <param name="Lead">How far the overlap is ahead of the next best shape's.</param>
internal sealed record ShapeFit(
    string Shape, double Radius, double Blur, double Overlap, double Deviation, double Reach, double Lead = 0)
{
    /// <summary>
    /// The model's autoencoder alone moves outlines by 0.03 at most (small stars), ellipses of 3 to 2 are off by 0.1. In overlap this is
    /// 0.90 for circles and squares, 0.85 for triangles and 0.80 for stars, which have more outline for their area.
    /// </summary>
    public const double MaxDeviation = 0.05;

    /// <summary>Two of the fifteen pixels to a small star's tip. The autoencoder takes 0.14, a star without an arm lacks 0.23.</summary>
    public const double MinReach = 0.85;

    /// <summary>
    /// Circles and squares are 0.16 ahead of each other, 0.09 behind the autoencoder; a square rounded by 0.6 of its half side is between.
    /// </summary>
    public const double MinLead = 0.06;

    // The autoencoder has one latent cell for eight pixels; what is finer than a quarter of a cell is its to lose.
    private static readonly double[] Blurs = [0, 1, 2];

    public bool IsGood => Deviation <= MaxDeviation && Reach >= MinReach && Lead >= MinLead;

    /// <summary>Of all shapes the one with the largest overlap.</summary>
    public static ShapeFit Best(Mask mask, IEnumerable<Figure> figures)
    {
        ShapeFit[] fits = [.. figures
            .Select(figure => Blurs.Select(blur => Of(mask, figure, blur)).MaxBy(fit => fit.Overlap)!)
            .OrderByDescending(fit => fit.Overlap)];
        return fits[0] with { Lead = fits[0].Overlap - fits[1].Overlap };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"most like a {Shape} of radius {Radius:0.0}, blur {Blur}: deviation {Deviation:0.000}, reach {Reach:0.00}, lead {Lead:0.00}");

    private static ShapeFit Of(Mask mask, Figure figure, double blur)
    {
        var radius = Math.Sqrt(mask.Pixels.Count / figure.Area);
        var soft = SoftFigure.Of(figure, radius, blur, mask);

        if (blur > 0)
        {
            // It takes more from corners than it gives to notches, so the shape behind it is a little larger.
            radius *= Math.Sqrt(mask.Pixels.Count / (double)Math.Max(1, soft.Pixels.Count));
            soft = SoftFigure.Of(figure, radius, blur, mask);
        }

        var both = mask.Pixels.Count(pixel => soft[pixel % mask.Width, pixel / mask.Width]);
        var either = mask.Pixels.Count + soft.Pixels.Count - both;
        return new(
            figure.Shape,
            radius,
            blur,
            both / (double)either,
            (either - both) / (figure.Perimeter * radius * radius),
            figure.Corners.Select(corner => ReachOf(mask, corner) / ReachOf(soft, corner)).DefaultIfEmpty(1).Min());
    }

    // How far pixels lie from the centre in the direction of a corner, or nearly so.
    private static double ReachOf(Mask mask, (double X, double Y) corner)
    {
        var length = Math.Sqrt((corner.X * corner.X) + (corner.Y * corner.Y));
        var farthest = 0.5;
        foreach (var pixel in mask.Pixels)
        {
            var (dx, dy) = ((pixel % mask.Width) + 0.5 - mask.CenterX, (pixel / mask.Width) + 0.5 - mask.CenterY);
            var along = ((dx * corner.X) + (dy * corner.Y)) / length;
            var across = Math.Abs((dx * corner.Y) - (dy * corner.X)) / length;
            farthest = across <= along / 4 && along > farthest ? along : farthest;
        }

        return farthest;
    }
}
