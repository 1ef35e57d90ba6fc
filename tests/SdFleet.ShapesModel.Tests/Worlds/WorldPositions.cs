namespace SdFleet.ShapesModel.Tests.Worlds;

/// <summary>Where single objects lie: below <paramref name="Low"/> is left or top, above <paramref name="High"/> right or bottom.</summary>
public sealed record WorldPositions(
    IReadOnlyDictionary<string, double> Offset,
    IReadOnlyDictionary<string, double> CenterJitter,
    double Low,
    double High,
    IReadOnlyDictionary<string, int[]> Cells)
{
    public string NameOf(double x, double y) => Cells.First(cell => cell.Value[0] == Third(x) && cell.Value[1] == Third(y)).Key;

    private int Third(double at) => at < Low ? -1 : at > High ? 1 : 0;
}
