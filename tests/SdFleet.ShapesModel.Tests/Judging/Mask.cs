namespace SdFleet.ShapesModel.Tests.Judging;

/// <summary>A set of pixels of a picture, given by their indices in reading order.</summary>
internal sealed class Mask
{
    private readonly bool[] _set;

    public Mask(int width, int height, IReadOnlyList<int> pixels)
    {
        Width = width;
        Height = height;
        Pixels = pixels;
        _set = new bool[width * height];
        foreach (var pixel in pixels)
        {
            _set[pixel] = true;
            CenterX += ((pixel % width) + 0.5) / pixels.Count;
            CenterY += ((pixel / width) + 0.5) / pixels.Count;
        }
    }

    public int Width { get; }

    public int Height { get; }

    public IReadOnlyList<int> Pixels { get; }

    public double CenterX { get; }

    public double CenterY { get; }

    public bool this[int x, int y] => x >= 0 && x < Width && y >= 0 && y < Height && _set[(y * Width) + x];

    /// <summary>Whether the set has each pixel that is within so many columns and rows.</summary>
    public bool Surrounds(int pixel, int depth) => CountNear(pixel, depth) == ((2 * depth) + 1) * ((2 * depth) + 1);

    /// <summary>Whether the set has a pixel that is within so many columns and rows.</summary>
    public bool IsNear(int pixel, int depth) => CountNear(pixel, depth) > 0;

    /// <summary>The sets of those pixels that hang together by their sides.</summary>
    public IEnumerable<Mask> Pieces()
    {
        var left = (bool[])_set.Clone();
        foreach (var start in Pixels.Where(pixel => left[pixel]))
        {
            left[start] = false;
            List<int> piece = [start];
            for (var i = 0; i < piece.Count; i++)
            {
                var (x, y) = (piece[i] % Width, piece[i] / Width);
                Take(x - 1, y);
                Take(x + 1, y);
                Take(x, y - 1);
                Take(x, y + 1);
            }

            yield return new(Width, Height, piece);

            void Take(int x, int y)
            {
                if (this[x, y] && left[(y * Width) + x])
                {
                    left[(y * Width) + x] = false;
                    piece.Add((y * Width) + x);
                }
            }
        }
    }

    private int CountNear(int pixel, int depth)
    {
        var (x, y) = (pixel % Width, pixel / Width);
        var count = 0;
        for (var dy = -depth; dy <= depth; dy++)
        {
            for (var dx = -depth; dx <= depth; dx++)
            {
                count += this[x + dx, y + dy] ? 1 : 0;
            }
        }

        return count;
    }
}
