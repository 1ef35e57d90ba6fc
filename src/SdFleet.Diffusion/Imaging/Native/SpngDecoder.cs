using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>Decodes one PNG file. The file must stay in place, so this is a ref struct over it.</summary>
internal readonly unsafe ref struct SpngDecoder : IDisposable
{
    // Text chunks of image programs reach some hundred kilobytes (whole workflows).
    private const uint MaxChunkBytes = 16 << 20;

    private readonly SpngContext _context;
    private readonly ReadOnlySpan<byte> _file;
    private readonly long _maxPixels;

    public SpngDecoder(ReadOnlySpan<byte> file, long maxPixels)
    {
        _context = new();
        _file = file;
        _maxPixels = maxPixels;
    }

    public void Dispose() => _context.Dispose();

    public RgbImage ReadPixels()
    {
        fixed (byte* file = _file)
        {
            Spng.Header header = Open(file);
            if ((long)header.Width * header.Height > _maxPixels)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The PNG file is {header.Width}x{header.Height}, more than the limit of {_maxPixels} pixels."));
            }

            RgbImage image = new((int)header.Width, (int)header.Height);
            fixed (byte* pixels = image.Pixels)
            {
                Check(Spng.Decode(_context, pixels, (nuint)image.Pixels.Length, Spng.FormatRgb8, flags: 0));
            }

            return image;
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

    private Spng.Header Open(byte* file)
    {
        if (_file.IsEmpty)
        {
            throw new InvalidDataException("The PNG file is empty.");
        }

        Check(Spng.SetImageLimits(_context, RgbImage.MaxSide, RgbImage.MaxSide));
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
