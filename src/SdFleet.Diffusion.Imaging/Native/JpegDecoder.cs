using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>Decodes JPEG files with libturbojpeg.</summary>
internal static unsafe class JpegDecoder
{
    private const int CmykChannels = 4;

    public static RgbImage Decode(ReadOnlySpan<byte> bytes, ImageLimits limits)
    {
        using TurboJpegContext context = new();
        JpegSegments segments = JpegSegments.Read(bytes);
        fixed (byte* file = bytes)
        {
            CULong size = new((nuint)bytes.Length);
            Check(context, TurboJpeg.ReadHeader(context, file, size, out int width, out int height, out _, out int colors));
            limits.Check("JPEG", width, height);
            RgbImage image = new(width, height);
            if (colors is TurboJpeg.ColorsCmyk or TurboJpeg.ColorsYcck)
            {
                byte[] inks = new byte[RgbImage.CountValues(width, height, CmykChannels)];
                Decompress(context, file, size, inks, width, height, TurboJpeg.PixelsCmyk);
                FromCmyk(inks, segments.IsAdobe, image.Pixels);
            }
            else
            {
                Decompress(context, file, size, image.Pixels, width, height, TurboJpeg.PixelsRgb);
            }

            return Orientation.Upright(image, segments.Orientation);
        }
    }

    private static void Decompress(TurboJpegContext context, byte* file, CULong size, Span<byte> pixels, int width, int height, int format)
    {
        fixed (byte* first = pixels)
        {
            const int Flags = TurboJpeg.StopOnWarning | TurboJpeg.LimitScans;
            int rowBytes = pixels.Length / height;
            Check(context, TurboJpeg.Decompress(context, file, size, first, width, rowBytes, height, format, Flags));
        }
    }

    // Each color is what its ink and black let through. Adobe's files hold that, others the ink.
    private static void FromCmyk(ReadOnlySpan<byte> inks, bool inverted, Span<byte> rgb)
    {
        int flip = inverted ? 0 : byte.MaxValue;
        for (int i = 0; i < rgb.Length; i++)
        {
            int pixel = i / RgbImage.Channels * CmykChannels;
            int light = inks[pixel + (i % RgbImage.Channels)] ^ flip, black = inks[pixel + RgbImage.Channels] ^ flip;
            rgb[i] = (byte)(((light * black) + (byte.MaxValue / 2)) / byte.MaxValue);
        }
    }

    private static void Check(TurboJpegContext context, int result)
    {
        if (result != 0)
        {
            string? reason = Marshal.PtrToStringUTF8(TurboJpeg.ErrorText(context));
            throw new InvalidDataException($"The JPEG file cannot be read: {reason}.");
        }
    }
}
