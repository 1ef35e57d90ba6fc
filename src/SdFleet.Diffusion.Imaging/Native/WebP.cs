using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>The calls of libwebp 1 that are used (webp/decode.h).</summary>
internal static partial class WebP
{
    /// <summary>The version of the header that the structures below are written after.</summary>
    public const int AbiVersion = 0x0209;

    private const string Library = "libwebp.so.7";

    [LibraryImport(Library, EntryPoint = "WebPGetFeaturesInternal")]
    public static unsafe partial int ReadFeatures(byte* file, nuint size, Features* features, int abiVersion);

    [LibraryImport(Library, EntryPoint = "WebPDecodeRGBInto")]
    public static unsafe partial byte* DecodeRgb(byte* file, nuint size, byte* pixels, nuint pixelBytes, int rowBytes);

    [LibraryImport(Library, EntryPoint = "WebPDecodeRGBAInto")]
    public static unsafe partial byte* DecodeRgba(byte* file, nuint size, byte* pixels, nuint pixelBytes, int rowBytes);

    /// <summary>struct WebPBitstreamFeatures.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Features
    {
        public int Width;
        public int Height;
        public int HasAlpha;
        public int HasAnimation;
        public int Format;
        public fixed uint Padding[5];
    }
}
