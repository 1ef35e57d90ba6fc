using SdFleet.Diffusion.Imaging;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Judging;

/// <summary>Sees what a picture shows, from its pixels alone.</summary>
internal sealed class Judge
{
    // Objects keep clear of the outermost pixels, apart from single corners of large ones.
    private const int RingWidth = 4;

    // The share of the ring, and of all pixels off the objects, that must have the ground's colour.
    private const double MinGroundInRing = 0.9;
    private const double MinGroundElsewhere = 0.99;

    // Edges are soft over about two pixels to each side.
    private const int EdgeWidth = 2;

    private const double MinPurity = 0.85;

    private readonly World _world;
    private readonly ColorNames _names;
    private readonly Figure[] _figures;
    private readonly double _speck;
    private readonly double _offGround;

    public Judge(World world)
    {
        _world = world;
        _names = new(world);
        _figures = [.. world.Shapes.Select(shape => Figure.Of(shape, world.Geometry))];

        // A quarter of the smallest shape of the smallest size is not yet an object.
        _speck = _figures.Min(figure => figure.Area) * Math.Pow(world.Sizes.Values.Min(size => size.Min), 2) / 4;

        // Below half of the smallest contrast that jittered colours can have, so that every object stands out whole.
        _offGround = (_names.SmallestContrast - (2 * Math.Sqrt(3) * world.ColorJitter)) / 2;
    }

    public SeenPicture Look(RgbImage image)
    {
        Rgb[] pixels = [.. Enumerable.Range(0, image.Width * image.Height).Select(pixel => Rgb.At(image, pixel))];
        Rgb[] ring = [.. pixels.Where((_, pixel) => InRing(image, pixel))];
        var ground = Rgb.Median(ring);
        int[] offGround = [.. Enumerable.Range(0, pixels.Length).Where(pixel => pixels[pixel].DistanceTo(ground) > _offGround)];
        Mask[] things = [.. new Mask(image.Width, image.Height, offGround).Pieces()
            .SelectMany(piece => Sharpen(piece, pixels, ground))
            .Where(piece => piece.Pixels.Count >= _speck)];

        var dirt = offGround.Count(pixel => !things.Any(thing => thing.IsNear(pixel, EdgeWidth + 1)));
        var uniform = ring.Count(color => color.DistanceTo(ground) <= _offGround) >= MinGroundInRing * ring.Length
            && dirt <= (1 - MinGroundElsewhere) * pixels.Length;
        return new(uniform ? _names.NameOf(ground) : null, [.. things.Select(thing => See(thing, pixels))]);
    }

    private static bool InRing(RgbImage image, int pixel)
    {
        var (x, y) = (pixel % image.Width, pixel / image.Width);
        return Math.Min(Math.Min(x, image.Width - 1 - x), Math.Min(y, image.Height - 1 - y)) < RingWidth;
    }

    // Where an edge is soft, its middle is where the colour is half ground: a blur does not move that.
    private static IEnumerable<Mask> Sharpen(Mask piece, Rgb[] pixels, Rgb ground)
    {
        var half = InnerColor(piece, pixels).DistanceTo(ground) / 2;
        return new Mask(piece.Width, piece.Height, [.. piece.Pixels.Where(pixel => pixels[pixel].DistanceTo(ground) > half)]).Pieces();
    }

    private static Rgb InnerColor(Mask piece, Rgb[] pixels) => Rgb.Median(InnerColors(piece, pixels));

    // Without the soft edge, unless nothing is left then.
    private static Rgb[] InnerColors(Mask piece, Rgb[] pixels)
    {
        Rgb[] inner = [.. piece.Pixels.Where(pixel => piece.Surrounds(pixel, EdgeWidth)).Select(pixel => pixels[pixel])];
        return inner.Length > 0 ? inner : [.. piece.Pixels.Select(pixel => pixels[pixel])];
    }

    private SeenObject See(Mask thing, Rgb[] pixels)
    {
        var colors = InnerColors(thing, pixels);
        var (name, purity) = _names.Majority(colors);
        var fit = ShapeFit.Best(thing, _figures);
        return new(
            purity >= MinPurity && _names.NameOf(Rgb.Median(colors)) == name ? name : null,
            fit,
            _world.Sizes.FirstOrDefault(size => size.Value.Includes(fit.Radius)).Key,
            _world.Positions.NameOf(thing.CenterX, thing.CenterY),
            purity);
    }
}
