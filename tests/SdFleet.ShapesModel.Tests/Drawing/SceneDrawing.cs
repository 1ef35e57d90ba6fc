using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Drawing;

/// <summary>Draws scenes, and shapes one at a time.</summary>
internal static class SceneDrawing
{
    public static Canvas Draw(this Scene scene, World world)
    {
        var canvas = new Canvas(world.ImageSize, scene.GroundColor);
        foreach (var center in scene.Centers)
        {
            canvas.PaintFigure(Figure.Of(scene.Facts.Shape, world.Geometry), center, scene.Radius, scene.Color);
        }

        return canvas;
    }

    public static void PaintFigure(this Canvas canvas, Figure figure, (double X, double Y) center, double radius, double[] color) =>
        canvas.Paint((x, y) => figure.Contains((x - center.X) / radius, (y - center.Y) / radius), color, center, radius * figure.Reach);
}
