using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Drawing;

/// <summary>A picture of the world before it is drawn: what it shows, and where exactly.</summary>
internal sealed record Scene(Facts Facts, double[] GroundColor, double[] Color, double Radius, IReadOnlyList<(double X, double Y)> Centers)
{
    /// <summary>A scene of any facts.</summary>
    public static Scene Any(World world, Random random) => From(world, AnyFacts(world, random), random);

    /// <summary>A scene that shows the facts, jittered as in training.</summary>
    public static Scene From(World world, Facts facts, Random random)
    {
        var size = facts.Size ?? throw new ArgumentException("A scene needs a size.", nameof(facts));
        var jitter = facts.Count == 1 ? world.Positions.CenterJitter[size] : world.Counts.CenterJitter;
        var spots = facts.Count == 1
            ? [Spot(world, facts.Position!, size)]
            : world.Counts.Layouts[$"{facts.Count}"].Select(spot => (X: spot[0], Y: spot[1]));

        return new(
            facts,
            Tint(world, facts.Ground, random),
            Tint(world, facts.Color, random),
            world.Sizes[size].Radius * (1 + Around(random, world.RadiusJitter)),
            [.. spots.Select(spot => (spot.X + Around(random, jitter), spot.Y + Around(random, jitter)))]);
    }

    /// <summary>A world colour as a picture of the training has it.</summary>
    public static double[] Tint(World world, string color, Random random) =>
        [.. world.Colors[color].Select(value => Math.Clamp(value + Around(random, world.ColorJitter), 0, 255))];

    private static Facts AnyFacts(World world, Random random)
    {
        string[] colors = [.. world.Colors.Keys];
        random.Shuffle(colors);
        var count = random.Next(1, 4);
        return new(
            colors[0],
            colors[1],
            world.Shapes[random.Next(world.Shapes.Count)],
            count,
            Pick(count == 1 ? world.Sizes.Keys : world.Counts.Sizes, random),
            count == 1 ? Pick(world.Positions.Cells.Keys, random) : null);
    }

    private static (double X, double Y) Spot(World world, string position, string size)
    {
        var cell = world.Positions.Cells[position];
        var offset = world.Positions.Offset[size];
        return ((world.ImageSize / 2.0) + (cell[0] * offset), (world.ImageSize / 2.0) + (cell[1] * offset));
    }

    private static string Pick(IEnumerable<string> names, Random random) => names.ElementAt(random.Next(names.Count()));

    private static double Around(Random random, double reach) => ((2 * random.NextDouble()) - 1) * reach;
}
