using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Verify;

/// <summary>How far two pictures of one size are apart.</summary>
/// <param name="Largest">The largest difference of a channel, 0 to 255.</param>
/// <param name="Share">Share of the values that differ at all, 0 to 1.</param>
internal readonly record struct PictureDifference(int Largest, double Share)
{
    /// <summary>The difference, or null where the sizes are not the same.</summary>
    public static PictureDifference? Of(RgbImage one, RgbImage other)
    {
        if ((one.Width, one.Height) != (other.Width, other.Height))
        {
            return null;
        }

        ReadOnlySpan<byte> left = one.Pixels;
        ReadOnlySpan<byte> right = other.Pixels;
        var (largest, count) = (0, 0);
        for (var i = 0; i < left.Length; i++)
        {
            var difference = Math.Abs(left[i] - right[i]);
            largest = Math.Max(largest, difference);
            count += difference == 0 ? 0 : 1;
        }

        return new PictureDifference(largest, (double)count / left.Length);
    }
}
