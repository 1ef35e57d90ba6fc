namespace SdFleet.ShapesModel.Tests.Worlds;

/// <summary>A shape of nominal radius 1 around its centroid; x to the right, y down.</summary>
public sealed class Figure
{
    private readonly (double X, double Y)[] _outline;

    private Figure(string shape, (double X, double Y)[] outline, (double X, double Y)[] corners)
    {
        Shape = shape;
        Corners = corners;
        _outline = outline;
        Area = outline.Length == 0 ? Math.PI : Math.Abs(Edges().Sum(edge => (edge.From.X * edge.To.Y) - (edge.To.X * edge.From.Y))) / 2;
        Perimeter = outline.Length == 0 ? 2 * Math.PI : Edges().Sum(edge => Length(edge.To.X - edge.From.X, edge.To.Y - edge.From.Y));
    }

    public string Shape { get; }

    /// <summary>Its area over the square of the nominal radius.</summary>
    public double Area { get; }

    /// <summary>The length of its outline over the nominal radius.</summary>
    public double Perimeter { get; }

    /// <summary>The corners that point outwards.</summary>
    public IReadOnlyList<(double X, double Y)> Corners { get; }

    /// <summary>The outermost points; a circle's is its radius.</summary>
    public double Reach => Corners.Count == 0 ? 1 : Length(Corners[0].X, Corners[0].Y);

    public static Figure Of(string shape, WorldGeometry geometry)
    {
        var corners = shape switch
        {
            "circle" => [],
            "square" => Ring(4, geometry.SquareHalfSide * Math.Sqrt(2), Math.PI / 4),
            "triangle" => Ring(3, geometry.TriangleCircumradius, -Math.PI / 2),
            "star" => Ring(5, geometry.StarOuterRadius, -Math.PI / 2),
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "No such shape."),
        };

        var outline = corners;
        if (shape == "star")
        {
            var notches = Ring(5, geometry.StarOuterRadius * geometry.StarInnerRatio, (-Math.PI / 2) + (Math.PI / 5));
            outline = [.. corners.Zip(notches).SelectMany(pair => new[] { pair.First, pair.Second })];
        }

        return new(shape, outline, corners);
    }

    public bool Contains(double x, double y)
    {
        if (_outline.Length == 0)
        {
            return (x * x) + (y * y) <= 1;
        }

        // Even-odd rule: inside if a ray to the right crosses the outline an odd number of times.
        var inside = false;
        var p = _outline[^1];
        foreach (var q in _outline)
        {
            if (q.Y > y != p.Y > y && x < ((p.X - q.X) * (y - q.Y) / (p.Y - q.Y)) + q.X)
            {
                inside = !inside;
            }

            p = q;
        }

        return inside;
    }

    private static (double X, double Y)[] Ring(int count, double radius, double start) =>
        [.. Enumerable.Range(0, count)
            .Select(i => start + (i * 2 * Math.PI / count))
            .Select(angle => (radius * Math.Cos(angle), radius * Math.Sin(angle)))];

    private static double Length(double x, double y) => Math.Sqrt((x * x) + (y * y));

    private IEnumerable<((double X, double Y) From, (double X, double Y) To)> Edges() =>
        _outline.Select((to, i) => (_outline[(i + _outline.Length - 1) % _outline.Length], to));
}
