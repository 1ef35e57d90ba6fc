using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>The calls of libturbojpeg 2 that are used (turbojpeg.h).</summary>
internal static partial class TurboJpeg
{
    public const int PixelsRgb = 0;
    public const int PixelsCmyk = 11;
    public const int ColorsCmyk = 3;
    public const int ColorsYcck = 4;

    /// <summary>A damaged file is an error, not a picture that is gray from the damage on.</summary>
    public const int StopOnWarning = 8192;

    /// <summary>At most 500 scans: a small progressive file can hold many, each as much work as the whole picture.</summary>
    public const int LimitScans = 32768;

    private const string Library = "libturbojpeg.so.0";

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    public static partial nint CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    public static partial int Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    public static unsafe partial int ReadHeader(
        TurboJpegContext context, byte* file, CULong size, out int width, out int height, out int subsampling, out int colors);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    public static unsafe partial int Decompress(
        TurboJpegContext context, byte* file, CULong size, byte* pixels, int width, int rowBytes, int height, int pixelFormat, int flags);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    public static partial nint ErrorText(TurboJpegContext context);
}
