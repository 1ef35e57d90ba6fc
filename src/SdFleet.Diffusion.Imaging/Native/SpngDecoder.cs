using System.Runtime.InteropServices;
using System.Text;

namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>Decodes one PNG file. The file must stay in place, so this is a ref struct over it.</summary>
internal readonly unsafe ref struct SpngDecoder : IDisposable
{
    // Text chunks of image programs reach some hundred kilobytes (whole workflows).
    private const uint MaxChunkBytes = 16 << 20;

    private const int RgbaChannels = 4;

    private readonly SpngContext _context;
    private readonly ReadOnlySpan<byte> _file;
    private readonly ImageLimits _limits;

    public SpngDecoder(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        _context = new();
        _file = file;
        _limits = limits;
    }

    public void Dispose() => _context.Dispose();

    /// <summary>The pixels without their opacity.</summary>
    public RgbImage ReadPixels()
    {
        fixed (byte* file = _file)
        {
            Spng.Header header = OpenPixels(file);
            RgbImage image = new((int)header.Width, (int)header.Height);
            Decode(image.Pixels, Spng.FormatRgb8);
            return image;
        }
    }

    /// <summary>The pixels on a ground of a gray level.</summary>
    public RgbImage ReadComposited(byte background)
    {
        fixed (byte* file = _file)
        {
            Spng.Header header = OpenPixels(file);
            RgbImage image = new((int)header.Width, (int)header.Height);
            if ((header.ColorType & Spng.ColorTypeAlpha) == 0 && Spng.GetTransparency(_context, out _) != 0)
            {
                Decode(image.Pixels, Spng.FormatRgb8);
                return image;
            }

            byte[] layered = new byte[RgbImage.CountValues(image.Width, image.Height, RgbaChannels)];
            Decode(layered, Spng.FormatRgba8, Spng.DecodeTransparency);
            AlphaComposite.Over(layered, background, image.Pixels);
            return image;
        }
    }

    /// <summary>The levels of a file with 16 bits of gray and no more; null of others.</summary>
    public DepthMap? ReadGray16()
    {
        fixed (byte* file = _file)
        {
            Spng.Header header = OpenPixels(file);
            if (header.ColorType != Spng.ColorTypeGray || header.BitDepth != 16)
            {
                return null;
            }

            ushort[] levels = new ushort[RgbImage.CountValues((int)header.Width, (int)header.Height, channels: 1)];
            Decode(MemoryMarshal.AsBytes(levels.AsSpan()), Spng.FormatNative);
            return new((int)header.Width, (int)header.Height, Array.ConvertAll(levels, level => (float)level));
        }
    }

    public IReadOnlyList<PngText> ReadTexts()
    {
        fixed (byte* file = _file)
        {
            Open(file);
            uint count = 0;
            int result = Spng.GetTexts(_context, null, ref count);
            if (result == Spng.ErrorNoChunk)
            {
                return [];
            }

            Check(result);
            Spng.Text[] texts = new Spng.Text[count];
            fixed (Spng.Text* first = texts)
            {
                Check(Spng.GetTexts(_context, first, ref count));
                List<PngText> found = [];
                for (int i = 0; i < texts.Length; i++)
                {
                    found.Add(ToText(first + i));
                }

                return found;
            }
        }
    }

    private Spng.Header OpenPixels(byte* file)
    {
        Spng.Header header = Open(file);
        _limits.Check("PNG", header.Width, header.Height);
        return header;
    }

    private void Decode(Span<byte> pixels, int format, int flags = 0)
    {
        fixed (byte* first = pixels)
        {
            Check(Spng.Decode(_context, first, (nuint)pixels.Length, format, flags));
        }
    }

    private Spng.Header Open(byte* file)
    {
        if (_file.IsEmpty)
        {
            throw new InvalidDataException("The PNG file is empty.");
        }

        Check(Spng.SetChunkLimits(_context, MaxChunkBytes, MaxChunkBytes));
        Check(Spng.SetBuffer(_context, file, (nuint)_file.Length));
        Check(Spng.GetHeader(_context, out Spng.Header header));
        return header;
    }

    private static PngText ToText(Spng.Text* text)
    {
        string keyword = Encoding.Latin1.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text->Keyword));
        ReadOnlySpan<byte> value = new(text->Value, (int)text->Length);
        Encoding encoding = text->Type == Spng.TextInternational ? Encoding.UTF8 : Encoding.Latin1;
        try
        {
            return new(keyword, encoding.GetString(value));
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"The PNG file has a damaged text chunk: {error.Message}", error);
        }
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            string? reason = Marshal.PtrToStringUTF8(Spng.ErrorText(result));
            throw new InvalidDataException($"The PNG file cannot be read: {reason}.");
        }
    }
}
