namespace SdFleet.Diffusion.Imaging.Sheets;

/// <summary>A colour.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>Puts this colour in the place of a pixel, three bytes.</summary>
    public void CopyTo(Span<byte> pixel)
    {
        pixel[0] = R;
        pixel[1] = G;
        pixel[2] = B;
    }

    /// <summary>Lays this colour over a pixel.</summary>
    /// <param name="pixel">Three bytes.</param>
    /// <param name="alpha">0 to 255, which covers it.</param>
    public void BlendInto(Span<byte> pixel, int alpha)
    {
        pixel[0] = Blend(pixel[0], R, alpha);
        pixel[1] = Blend(pixel[1], G, alpha);
        pixel[2] = Blend(pixel[2], B, alpha);
    }

    private static byte Blend(byte under, byte over, int alpha) => (byte)(((under * (255 - alpha)) + (over * alpha) + 127) / 255);
}
