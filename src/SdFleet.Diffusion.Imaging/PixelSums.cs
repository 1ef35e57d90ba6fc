namespace SdFleet.Diffusion.Imaging;

/// <summary>Sums over any rectangle of an image in four look-ups (a summed-area table).</summary>
internal sealed class PixelSums
{
    private readonly int _width;
    private readonly int _height;

    // May run over: what is asked for are differences, and those are right as long as they themselves fit. All of an image of 4096x4096 does.
    private readonly uint[] _sums;

    public PixelSums(RgbImage image)
    {
        _width = image.Width;
        _height = image.Height;
        _sums = new uint[(_width + 1) * (_height + 1) * RgbImage.Channels];
        int above = (_width + 1) * RgbImage.Channels;
        Span<uint> row = stackalloc uint[RgbImage.Channels];
        for (int y = 0; y < _height; y++)
        {
            row.Clear();
            ReadOnlySpan<byte> pixels = image.Row(y);
            for (int i = 0; i < pixels.Length; i++)
            {
                row[i % RgbImage.Channels] = unchecked(row[i % RgbImage.Channels] + pixels[i]);
                int at = ((y + 1) * above) + RgbImage.Channels + i;
                _sums[at] = unchecked(_sums[at - above] + row[i % RgbImage.Channels]);
            }
        }
    }

    /// <summary>The mean of a square, as far as it lies in the image.</summary>
    /// <param name="x">Its middle.</param>
    /// <param name="y">Its middle.</param>
    /// <param name="radius">How far it reaches from there; 0 for one pixel.</param>
    /// <param name="channel">The channel.</param>
    public double Mean(int x, int y, int radius, int channel)
    {
        int x0 = Math.Max(x - radius, 0), x1 = Math.Min(x + radius + 1, _width);
        int y0 = Math.Max(y - radius, 0), y1 = Math.Min(y + radius + 1, _height);
        uint sum = unchecked(At(x1, y1) - At(x0, y1) - At(x1, y0) + At(x0, y0));
        return (double)sum / ((x1 - x0) * (y1 - y0));

        uint At(int column, int line) => _sums[(((line * (_width + 1)) + column) * RgbImage.Channels) + channel];
    }
}
