using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Imaging.Tests;

/// <summary>Writes JPEG and WebP files with the encoders of the same libraries that read them.</summary>
internal static unsafe partial class TestCodecs
{
    public const int Samples444 = 0, Samples420 = 2, SamplesGray = 3;

    private const string TurboJpeg = "libturbojpeg.so.0", LibWebP = "libwebp.so.7";
    private const int PixelsRgb = 0, PixelsCmyk = 11, Progressive = 16384;

    public static byte[] Jpeg(RgbImage image, int samples = Samples444, bool progressive = false) =>
        Jpeg(image.Pixels, image.Width, image.Height, PixelsRgb, samples, progressive);

    /// <summary>A JPEG of cyan, magenta, yellow and black, inverted as Adobe's programs write it.</summary>
    public static byte[] CmykJpeg(byte[] inks, int width, int height) => Jpeg(inks, width, height, PixelsCmyk, Samples444, progressive: false);

    /// <summary>The file with an EXIF segment behind its first marker.</summary>
    public static byte[] WithOrientation(byte[] jpeg, int orientation, bool littleEndian)
    {
        byte[] exif = new byte[6 + 8 + 2 + 12 + 4];
        "Exif\0\0"u8.CopyTo(exif);
        Span<byte> tiff = exif.AsSpan(6);
        (littleEndian ? "II*\0"u8 : "MM\0*"u8).CopyTo(tiff);
        Write(tiff[7..], 8, 1);
        Write(tiff[8..], 1, 2);
        Write(tiff[10..], 0x0112, 2);
        Write(tiff[12..], 3, 2);
        Write(tiff[14..], 1, 4);
        Write(tiff[18..], orientation, 2);
        if (littleEndian)
        {
            tiff[4] = 8;
            tiff[7] = 0;
        }

        byte[] segment = [0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif];
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];

        void Write(Span<byte> to, int value, int bytes)
        {
            for (int i = 0; i < bytes; i++)
            {
                to[i] = (byte)(value >> (8 * (littleEndian ? i : bytes - 1 - i)));
            }
        }
    }

    public static byte[] WebP(RgbImage image, bool lossless)
    {
        byte* output;
        fixed (byte* pixels = image.Pixels)
        {
            nuint size = lossless
                ? WebPEncodeLosslessRGB(pixels, image.Width, image.Height, image.Width * 3, &output)
                : WebPEncodeRGB(pixels, image.Width, image.Height, image.Width * 3, 90, &output);
            return Take(output, size);
        }
    }

    public static byte[] TransparentWebP(byte[] rgba, int width, int height, bool lossless)
    {
        byte* output;
        fixed (byte* pixels = rgba)
        {
            nuint size = lossless
                ? WebPEncodeLosslessRGBA(pixels, width, height, width * 4, &output)
                : WebPEncodeRGBA(pixels, width, height, width * 4, 90, &output);
            return Take(output, size);
        }
    }

    /// <summary>The beginning of an animation: the extended header, which says so, and an ANIM chunk.</summary>
    public static byte[] AnimatedWebP(int width, int height)
    {
        byte[] file = new byte[44];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WEBPVP8X"u8.CopyTo(file.AsSpan(8));
        file[16] = 10;
        file[20] = 2;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), width - 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(27), height - 1);
        "ANIM"u8.CopyTo(file.AsSpan(30));
        file[34] = 6;
        return file;
    }

    private static byte[] Jpeg(ReadOnlySpan<byte> pixels, int width, int height, int format, int samples, bool progressive)
    {
        nint handle = tjInitCompress();
        byte* output = null;
        CULong size = default;
        fixed (byte* first = pixels)
        {
            int flags = progressive ? Progressive : 0;
            Assert.Equal(0, tjCompress2(handle, first, width, 0, height, format, &output, &size, samples, 95, flags));
        }

        byte[] file = new ReadOnlySpan<byte>(output, (int)size.Value).ToArray();
        tjFree(output);
        _ = tjDestroy(handle);
        return file;
    }

    private static byte[] Take(byte* output, nuint size)
    {
        Assert.NotEqual(0u, size);
        byte[] file = new ReadOnlySpan<byte>(output, (int)size).ToArray();
        WebPFree(output);
        return file;
    }

    [LibraryImport(TurboJpeg)]
    private static partial nint tjInitCompress();

    [LibraryImport(TurboJpeg)]
    private static partial int tjDestroy(nint handle);

    [LibraryImport(TurboJpeg)]
    private static partial void tjFree(byte* buffer);

    [LibraryImport(TurboJpeg)]
    private static partial int tjCompress2(
        nint handle, byte* pixels, int width, int rowBytes, int height, int format, byte** file, CULong* size, int samples, int quality, int flags);

    [LibraryImport(LibWebP)]
    private static partial nuint WebPEncodeRGB(byte* pixels, int width, int height, int rowBytes, float quality, byte** output);

    [LibraryImport(LibWebP)]
    private static partial nuint WebPEncodeRGBA(byte* pixels, int width, int height, int rowBytes, float quality, byte** output);

    [LibraryImport(LibWebP)]
    private static partial nuint WebPEncodeLosslessRGB(byte* pixels, int width, int height, int rowBytes, byte** output);

    [LibraryImport(LibWebP)]
    private static partial nuint WebPEncodeLosslessRGBA(byte* pixels, int width, int height, int rowBytes, byte** output);

    [LibraryImport(LibWebP)]
    private static partial void WebPFree(byte* buffer);
}
