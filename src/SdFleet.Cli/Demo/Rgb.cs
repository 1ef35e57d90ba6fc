namespace SdFleet.Cli.Demo;

/// <summary>A colour.</summary>
internal readonly record struct Rgb(byte R, byte G, byte B)
{
    public void CopyTo(Span<byte> pixel)
    {
        pixel[0] = R;
        pixel[1] = G;
        pixel[2] = B;
    }

    /// <summary>Lays this colour over a pixel; 255 covers it.</summary>
    public void BlendInto(Span<byte> pixel, int alpha)
    {
        pixel[0] = Blend(pixel[0], R, alpha);
        pixel[1] = Blend(pixel[1], G, alpha);
        pixel[2] = Blend(pixel[2], B, alpha);
    }

    private static byte Blend(byte under, byte over, int alpha) => (byte)(((under * (255 - alpha)) + (over * alpha) + 127) / 255);
}
