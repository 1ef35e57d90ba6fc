using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>The calls of libspng 0.7 that are used (spng.h).</summary>
internal static partial class Spng
{
    public const int FormatRgba8 = 1;
    public const int FormatRgb8 = 4;

    /// <summary>As the file has it, 16 bits in this machine's byte order.</summary>
    public const int FormatNative = 256;

    /// <summary>Also transparency that is not in the pixels.</summary>
    public const int DecodeTransparency = 1;

    public const byte ColorTypeGray = 0;

    /// <summary>The bit of the color type that says that the pixels have an opacity.</summary>
    public const byte ColorTypeAlpha = 4;

    public const int ErrorNoChunk = 73;
    public const int TextInternational = 3;
    public const int KeywordBytes = 80;

    private const string Library = "libspng.so.0";

    [LibraryImport(Library, EntryPoint = "spng_ctx_new")]
    public static partial nint CreateContext(int flags);

    [LibraryImport(Library, EntryPoint = "spng_ctx_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "spng_set_png_buffer")]
    public static unsafe partial int SetBuffer(SpngContext context, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "spng_set_chunk_limits")]
    public static partial int SetChunkLimits(SpngContext context, nuint chunkSize, nuint cacheSize);

    [LibraryImport(Library, EntryPoint = "spng_get_ihdr")]
    public static partial int GetHeader(SpngContext context, out Header header);

    [LibraryImport(Library, EntryPoint = "spng_get_trns")]
    public static partial int GetTransparency(SpngContext context, out Transparency transparency);

    [LibraryImport(Library, EntryPoint = "spng_decode_image")]
    public static unsafe partial int Decode(SpngContext context, byte* pixels, nuint size, int format, int flags);

    [LibraryImport(Library, EntryPoint = "spng_get_text")]
    public static unsafe partial int GetTexts(SpngContext context, Text* texts, ref uint count);

    [LibraryImport(Library, EntryPoint = "spng_strerror")]
    public static partial nint ErrorText(int error);

    /// <summary>struct spng_ihdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Header
    {
        public uint Width;
        public uint Height;
        public byte BitDepth;
        public byte ColorType;
        public byte CompressionMethod;
        public byte FilterMethod;
        public byte InterlaceMethod;
    }

    /// <summary>struct spng_trns.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Transparency
    {
        public ushort Gray;
        public ushort Red;
        public ushort Green;
        public ushort Blue;
        public uint Entries;
        public fixed byte Alphas[256];
    }

    /// <summary>struct spng_text; the strings belong to the context.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Text
    {
        public fixed byte Keyword[KeywordBytes];
        public int Type;
        public nuint Length;
        public byte* Value;
        public byte CompressionFlag;
        public byte CompressionMethod;
        public byte* LanguageTag;
        public byte* TranslatedKeyword;
    }
}
