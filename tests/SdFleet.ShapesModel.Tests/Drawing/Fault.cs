using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Drawing;

/// <summary>A way in which a picture can be wrong.</summary>
/// <param name="Attribute">The attribute that is wrong then.</param>
/// <param name="Draw">Draws a picture that is wrong in this way, and says what it was to show.</param>
internal sealed record Fault(string Attribute, Func<World, Random, (Facts Wanted, Canvas Canvas)> Draw)
{
    /// <summary>The fault of drawing another scene than was asked for.</summary>
    public static Fault OfScene(string attribute, Func<World, Scene, Random, Scene> change) => new(attribute, (world, random) =>
    {
        var scene = Scene.Any(world, random);
        return (scene.Facts, change(world, scene, random).Draw(world));
    });

    /// <summary>The fault of painting something over a scene.</summary>
    public static Fault OfPaint(string attribute, Action<World, Scene, Random, Canvas> paint) => new(attribute, (world, random) =>
    {
        var scene = Scene.Any(world, random);
        var canvas = scene.Draw(world);
        paint(world, scene, random, canvas);
        return (scene.Facts, canvas);
    });

    /// <summary>The fault of drawing something else where a shape should be; coordinates are around its centre, in nominal radii.</summary>
    public static Fault OfOutline(string shape, Func<double, double, bool> contains) => new("kind", (world, random) =>
    {
        var scene = Scene.Any(world, random);
        var canvas = new Canvas(world.ImageSize, scene.GroundColor);
        foreach (var (x, y) in scene.Centers)
        {
            canvas.Paint((px, py) => contains((px - x) / scene.Radius, (py - y) / scene.Radius), scene.Color);
        }

        return (scene.Facts with { Shape = shape }, canvas);
    });
}
