using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Drawing;

/// <summary>Ways in which pictures were seen, or can be imagined, to be wrong.</summary>
internal static class Faults
{
    private static readonly WorldGeometry Geometry = World.Shapes128.Geometry;
    private static readonly Figure Triangle = Figure.Of("triangle", Geometry);
    private static readonly Figure Star = Figure.Of("star", Geometry);
    private static readonly double[] Gray = [128, 128, 128];

    public static IReadOnlyDictionary<string, Fault> All { get; } = new Dictionary<string, Fault>
    {
        // Something else of the world
        ["another colour"] = Fault.OfScene("colour", (world, scene, random) => scene with { Color = Other(world, scene, random) }),
        ["another ground"] = Fault.OfScene("ground", (world, scene, random) => scene with { GroundColor = Other(world, scene, random) }),
        ["another shape"] = Fault.OfScene("kind", (world, scene, random) => scene with
        {
            Facts = scene.Facts with { Shape = Pick(world.Shapes.Where(shape => shape != scene.Facts.Shape), random) },
        }),
        ["another size"] = Fault.OfScene("size", (world, scene, random) => scene with
        {
            Radius = world.Sizes[Pick(world.Sizes.Keys.Where(size => size != scene.Facts.Size), random)].Radius,
            Centers = scene.Facts.Count == 1 ? [(64, 64)] : scene.Centers,
        }),
        ["another place"] = new("position", (world, random) =>
        {
            var facts = Scene.Any(world, random).Facts with { Count = 1 };
            string[] cells = [.. world.Positions.Cells.Keys];
            random.Shuffle(cells);
            return (facts with { Position = cells[0] }, Scene.From(world, facts with { Position = cells[1] }, random).Draw(world));
        }),
        ["one object less"] = Fault.OfScene("count", (_, scene, _) => scene with { Centers = [.. scene.Centers.Skip(1)] }),
        ["one object more"] = Fault.OfPaint("count", (world, scene, _, canvas) =>
        {
            var farthest = new[] { (18.0, 18.0), (110, 18), (18, 110), (110, 110) }
                .MaxBy(corner => scene.Centers.Min(center => Math.Abs(center.X - corner.Item1) + Math.Abs(center.Y - corner.Item2)));
            canvas.PaintFigure(Figure.Of(scene.Facts.Shape, world.Geometry), farthest, 11, scene.Color);
        }),
        ["nothing at all"] = Fault.OfScene("kind", (_, scene, _) => scene with { Centers = [] }),

        // Nothing of the world
        ["gray objects"] = Fault.OfScene("colour", (_, scene, _) => scene with { Color = Gray }),
        ["gray ground"] = Fault.OfScene("ground", (_, scene, _) => scene with { GroundColor = Gray }),
        ["objects of two colours"] = Fault.OfPaint("colour", (world, scene, random, canvas) =>
            canvas.PaintFigure(Figure.Of("circle", world.Geometry), scene.Centers[0], scene.Radius * 0.6, Other(world, scene, random))),
        ["ground of two colours"] = Fault.OfPaint("ground", (world, scene, random, canvas) =>
        {
            var color = Other(world, scene, random);
            canvas.Paint((_, y) => y < world.ImageSize / 3.0, color);
        }),
        ["ground that fades"] = new("ground", (world, random) =>
        {
            var scene = Scene.Any(world, random);
            var canvas = scene.Draw(world);
            var color = Other(world, scene, random);
            for (var x = 0; x < world.ImageSize; x += 8)
            {
                var left = x;
                var share = x / (double)world.ImageSize;
                double[] mixed = [.. scene.GroundColor.Zip(color, (from, to) => from + (share * (to - from)))];
                canvas.Paint((px, _) => px >= left, mixed);
            }

            return (scene.Facts, canvas);
        }),
        ["ground with specks"] = Fault.OfPaint("ground", (_, scene, random, canvas) =>
        {
            for (var i = 0; i < 40; i++)
            {
                var (x, y) = (random.Next(128), random.Next(128));
                canvas.Paint((px, py) => Math.Max(Math.Abs(px - x), Math.Abs(py - y)) <= 2, scene.Color, (x, y), 2);
            }
        }),
        ["noise"] = new("ground", (world, random) =>
        {
            var canvas = new Canvas(world.ImageSize, Gray);
            canvas.AddNoise(random, 60);
            return (Scene.Any(world, random).Facts, canvas);
        }),

        // Blobs
        ["ellipse"] = Fault.OfOutline("circle", (x, y) => Math.Pow(x / 1.2, 2) + Math.Pow(y * 1.2, 2) <= 1),
        ["ring"] = Fault.OfOutline("circle", (x, y) => (x * x) + (y * y) is <= 1 and > 0.2),
        ["circle with a bite"] = Fault.OfOutline("circle", (x, y) => (x * x) + (y * y) <= 1 && !(x > 0 && Math.Abs(y) < x * 0.6)),
        ["square with round corners"] = Fault.OfOutline("square", (x, y) =>
            Rounded(Math.Abs(x), Math.Abs(y), Geometry.SquareHalfSide, 0.6)),
        ["square on a corner"] = Fault.OfOutline("square", (x, y) => Math.Abs(x) + Math.Abs(y) <= Geometry.SquareHalfSide * Math.Sqrt(2)),
        ["oblong"] = Fault.OfOutline("square", (x, y) => Math.Abs(x) <= 1.05 && Math.Abs(y) <= 0.75),
        ["triangle upside down"] = Fault.OfOutline("triangle", (x, y) => Triangle.Contains(x, -y)),
        ["triangle with a blunt top"] = Fault.OfOutline("triangle", (x, y) => y > -0.75 && Triangle.Contains(x, y)),
        ["triangle like an egg"] = Fault.OfOutline("triangle", (x, y) =>
            Radius(x, y) <= 0.8 + (0.12 * Math.Sin(3 * Math.Atan2(y, x)))),
        ["star upside down"] = Fault.OfOutline("star", (x, y) => Star.Contains(x, -y)),
        ["star like a flower"] = Fault.OfOutline("star", (x, y) => Radius(x, y) <= 0.8 - (0.1 * Math.Sin(5 * Math.Atan2(y, x)))),
        ["star with four points"] = Fault.OfOutline("star", (x, y) => Math.Sqrt(Math.Abs(x)) + Math.Sqrt(Math.Abs(y)) <= 1.1),
        ["star without its left arm"] = Fault.OfOutline("star", (x, y) => x > -0.45 && Star.Contains(x, y)),
        ["stars that merge"] = Fault.OfOutline("star", (x, y) =>
            Star.Contains(x - 0.6, y) || Star.Contains(x + 0.6, y)),
        ["half a circle"] = Half("circle"),
        ["half a square"] = Half("square"),
        ["half a triangle"] = Half("triangle"),
        ["half a star"] = Half("star"),
    };

    private static Fault Half(string shape)
    {
        var figure = Figure.Of(shape, Geometry);
        return Fault.OfOutline(shape, (x, y) => x < 0 && figure.Contains(x, y));
    }

    private static double Radius(double x, double y) => Math.Sqrt((x * x) + (y * y));

    // A square's first quadrant, its corners rounded by a share of the half side.
    private static bool Rounded(double x, double y, double half, double share)
    {
        var start = half * (1 - share);
        return x <= half && y <= half && (x <= start || y <= start || Radius(x - start, y - start) <= half * share);
    }

    private static double[] Other(World world, Scene scene, Random random) =>
        Scene.Tint(world, Pick(world.Colors.Keys.Except([scene.Facts.Color, scene.Facts.Ground]), random), random);

    private static string Pick(IEnumerable<string> names, Random random) => names.ElementAt(random.Next(names.Count()));
}
