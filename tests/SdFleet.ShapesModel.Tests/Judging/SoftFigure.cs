using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Judging;

/// <summary>A shape seen through a blur.</summary>
internal static class SoftFigure
{
    /// <summary>The pixels with more shape than ground, around the centre of another set and in a picture of its size.</summary>
    public static Mask Of(Figure figure, double radius, double blur, Mask like)
    {
        var reach = radius * figure.Reach;
        var (left, right) = (Math.Max(0, (int)(like.CenterX - reach)), Math.Min(like.Width, (int)(like.CenterX + reach) + 1));
        var (top, bottom) = (Math.Max(0, (int)(like.CenterY - reach)), Math.Min(like.Height, (int)(like.CenterY + reach) + 1));
        var (width, height) = (right - left, bottom - top);

        var cover = new double[width * height];
        for (var i = 0; i < cover.Length; i++)
        {
            var (x, y) = (left + (i % width) + 0.5, top + (i / width) + 0.5);
            cover[i] = figure.Contains((x - like.CenterX) / radius, (y - like.CenterY) / radius) ? 1 : 0;
        }

        if (blur > 0)
        {
            var weights = Weights(blur);
            cover = Blur(cover, weights, 1, i => i % width, width);
            cover = Blur(cover, weights, width, i => i / width, height);
        }

        var filled = Enumerable.Range(0, cover.Length)
            .Where(i => cover[i] > 0.5)
            .Select(i => ((top + (i / width)) * like.Width) + left + (i % width));
        return new(like.Width, like.Height, [.. filled]);
    }

    private static double[] Weights(double blur)
    {
        double[] weights = [.. Enumerable.Range(0, (int)Math.Ceiling(3 * blur) + 1).Select(i => Math.Exp(-i * i / (2 * blur * blur)))];
        var sum = (2 * weights.Sum()) - weights[0];
        return [.. weights.Select(weight => weight / sum)];
    }

    // A Gaussian along one axis; outside of the box there is ground.
    private static double[] Blur(double[] source, double[] weights, int stride, Func<int, int> position, int length)
    {
        var result = new double[source.Length];
        for (var i = 0; i < source.Length; i++)
        {
            var at = position(i);
            for (var k = Math.Max(1 - weights.Length, -at); k <= Math.Min(weights.Length - 1, length - 1 - at); k++)
            {
                result[i] += weights[Math.Abs(k)] * source[i + (k * stride)];
            }
        }

        return result;
    }
}
