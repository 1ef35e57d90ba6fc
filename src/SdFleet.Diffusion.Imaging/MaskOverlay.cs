namespace SdFleet.Diffusion.Imaging;

/// <summary>Pastes what a mask keeps back over a picture that was made from it.</summary>
internal static class MaskOverlay
{
    /// <summary>Blends in place: black in the mask gives the kept image's pixel exactly, white leaves the picture's, gray mixes them.</summary>
    /// <param name="picture">The picture; receives the result.</param>
    /// <param name="kept">The image that was given, of the same size.</param>
    /// <param name="mask">The mask, of the same size.</param>
    public static void Apply(RgbImage picture, RgbImage kept, GrayImage mask)
    {
        Span<byte> made = picture.Pixels;
        ReadOnlySpan<byte> given = kept.Pixels, levels = mask.Pixels;
        for (int i = 0; i < made.Length; i++)
        {
            int level = levels[i / RgbImage.Channels];
            made[i] = (byte)(((made[i] * level) + (given[i] * (byte.MaxValue - level)) + (byte.MaxValue / 2)) / byte.MaxValue);
        }
    }
}
