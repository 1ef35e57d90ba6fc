using SdFleet.Diffusion.Imaging;

namespace SdFleet.ShapesModel.Tests.Drawing;

/// <summary>A picture that is being drawn: anti-aliased areas, and the softness and grain that an autoencoder leaves.</summary>
internal sealed class Canvas
{
    private const int Samples = 4;
    private readonly int _size;
    private readonly double[] _pixels;

    public Canvas(int size, double[] ground)
    {
        _size = size;
        _pixels = new double[size * size * RgbImage.Channels];
        for (var i = 0; i < _pixels.Length; i++)
        {
            _pixels[i] = ground[i % RgbImage.Channels];
        }
    }

    /// <summary>Paints all points for which <paramref name="contains"/> holds.</summary>
    public void Paint(Func<double, double, bool> contains, double[] color) =>
        Paint(contains, color, (_size / 2.0, _size / 2.0), _size / 2.0);

    /// <summary>The same, where there are no such points farther from the centre than so many columns or rows.</summary>
    public void Paint(Func<double, double, bool> contains, double[] color, (double X, double Y) center, double reach)
    {
        var (left, right) = Span(center.X, reach);
        var (top, bottom) = Span(center.Y, reach);
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                var hits = 0;
                for (var sample = 0; sample < Samples * Samples; sample++)
                {
                    hits += contains(x + (((sample % Samples) + 0.5) / Samples), y + (((sample / Samples) + 0.5) / Samples)) ? 1 : 0;
                }

                Blend(x, y, color, hits / (double)(Samples * Samples));
            }
        }
    }

    /// <summary>A Gaussian blur.</summary>
    public void Blur(double sigma)
    {
        if (sigma == 0)
        {
            return;
        }

        var reach = (int)Math.Ceiling(3 * sigma);
        double[] kernel = [.. Enumerable.Range(-reach, (2 * reach) + 1).Select(i => Math.Exp(-i * i / (2 * sigma * sigma)))];
        var sum = kernel.Sum();
        for (var i = 0; i < kernel.Length; i++)
        {
            kernel[i] /= sum;
        }

        Convolve(kernel, RgbImage.Channels);
        Convolve(kernel, RgbImage.Channels * _size);
    }

    /// <summary>Normal noise, independent in each channel.</summary>
    public void AddNoise(Random random, double deviation)
    {
        for (var i = 0; i < _pixels.Length; i++)
        {
            _pixels[i] += deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        }
    }

    public RgbImage ToImage() => new(_size, _size, [.. _pixels.Select(value => (byte)Math.Clamp(Math.Round(value), 0, 255))]);

    private (int First, int End) Span(double center, double reach) =>
        ((int)Math.Clamp(Math.Floor(center - reach), 0, _size), (int)Math.Clamp(Math.Ceiling(center + reach), 0, _size));

    private void Blend(int x, int y, double[] color, double share)
    {
        for (var c = 0; c < RgbImage.Channels; c++)
        {
            ref var value = ref _pixels[(((y * _size) + x) * RgbImage.Channels) + c];
            value += share * (color[c] - value);
        }
    }

    // Along rows where the stride is one pixel, along columns where it is one row; beyond the border the border goes on.
    private void Convolve(double[] kernel, int stride)
    {
        var source = (double[])_pixels.Clone();
        var reach = kernel.Length / 2;
        for (var i = 0; i < source.Length; i++)
        {
            var at = i / stride % _size;
            double sum = 0;
            for (var k = -reach; k <= reach; k++)
            {
                sum += kernel[k + reach] * source[i + ((Math.Clamp(at + k, 0, _size - 1) - at) * stride)];
            }

            _pixels[i] = sum;
        }
    }
}
