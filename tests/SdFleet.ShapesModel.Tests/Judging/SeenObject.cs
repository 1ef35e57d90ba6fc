using System.Globalization;

namespace SdFleet.ShapesModel.Tests.Judging;

/// <summary>An object as the judge sees it; null where it is nothing the world has a name for.</summary>
/// <param name="Color">Its colour.</param>
/// <param name="Fit">The shape it resembles most, and how well.</param>
/// <param name="Size">Its size.</param>
/// <param name="Position">The cell its centre lies in.</param>
/// <param name="Purity">The share of its inner pixels that are nearest to the most frequent colour.</param>
internal sealed record SeenObject(string? Color, ShapeFit Fit, string? Size, string Position, double Purity)
{
    public string? Shape => Fit.IsGood ? Fit.Shape : null;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Size ?? "odd-sized"} {Color ?? "odd-coloured"} {Shape ?? "thing"} at {Position} (purity {Purity:0.00}, {Fit})");
}
