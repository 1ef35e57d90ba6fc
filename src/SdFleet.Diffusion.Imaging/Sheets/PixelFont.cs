using System.Globalization;

namespace SdFleet.Diffusion.Imaging.Sheets;

/// <summary>
/// A font of ready-drawn glyphs, for captions: no font library is at hand, and a caption needs no more. The glyphs are white on
/// black in a PNG, sixteen in a row from space to '~'; its texts say how large a cell is and how far each character advances.
/// </summary>
public sealed class PixelFont
{
    private const string Resource = "dejavu-sans.png";
    private const char First = ' ';
    private const char Last = '~';
    private const char Unknown = '?';
    private const string Ellipsis = "...";
    private const int GlyphsInRow = 16;

    // Glyphs are drawn one pixel into their cells, as some reach to the left of their origin.
    private const int Bearing = 1;

    private readonly RgbImage _glyphs;
    private readonly int _cellWidth;
    private readonly int _cellHeight;
    private readonly int[] _advances;

    private PixelFont(byte[] png)
    {
        var texts = PngReader.ReadTexts(png).ToDictionary(t => t.Keyword, t => Numbers(t.Text), StringComparer.Ordinal);
        _glyphs = PngReader.Read(png);
        (_cellWidth, _cellHeight) = (texts["cell"][0], texts["cell"][1]);
        _advances = texts["advances"];
    }

    /// <summary>The font that comes with this library.</summary>
    public static PixelFont Default { get; } = Load();

    /// <summary>Pixels from one line to the next.</summary>
    public int LineHeight => _cellHeight;

    /// <summary>Width of a text in pixels.</summary>
    public int Measure(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Sum(c => _advances[Known(c) - First]);
    }

    /// <summary>Breaks a text into lines between words; what does not fit into the last one ends in dots.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">Pixels of a line.</param>
    /// <param name="mostLines">Most lines, at least one.</param>
    public IReadOnlyList<string> Wrap(string text, int width, int mostLines)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (line.Length == 0 || Measure(longer) <= width)
            {
                line = longer;
            }
            else
            {
                lines.Add(line);
                line = word;
            }
        }

        lines.Add(line);
        if (lines.Count > mostLines)
        {
            lines = [.. lines.Take(mostLines - 1), lines[mostLines - 1] + Ellipsis];
        }

        return [.. lines.Select(l => Shorten(l, width))];
    }

    /// <summary>Draws a line of text; what reaches beyond the image is left out.</summary>
    /// <param name="image">Is drawn into.</param>
    /// <param name="x">Where the first character begins, in pixels from the left.</param>
    /// <param name="y">The line's top, in pixels from the top.</param>
    /// <param name="text">The text; characters that the font lacks come out as '?'.</param>
    /// <param name="color">Its colour.</param>
    public void Draw(RgbImage image, int x, int y, string text, Rgb color)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(text);
        foreach (var c in text.Select(Known))
        {
            DrawGlyph(image, x - Bearing, y, c - First, color);
            x += _advances[c - First];
        }
    }

    private static PixelFont Load()
    {
        using var resource = typeof(PixelFont).Assembly.GetManifestResourceStream(Resource)!;
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return new PixelFont(bytes.ToArray());
    }

    private static int[] Numbers(string text) => [.. text.Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

    private static char Known(char c) => c is >= First and <= Last ? c : Unknown;

    private string Shorten(string line, int width)
    {
        if (Measure(line) <= width)
        {
            return line;
        }

        var kept = line.EndsWith(Ellipsis, StringComparison.Ordinal) ? line[..^Ellipsis.Length] : line;
        while (kept.Length > 0 && Measure(kept + Ellipsis) > width)
        {
            kept = kept[..^1];
        }

        return kept.TrimEnd() + Ellipsis;
    }

    private void DrawGlyph(RgbImage image, int left, int top, int glyph, Rgb color)
    {
        var (fromX, fromY) = (glyph % GlyphsInRow * _cellWidth, glyph / GlyphsInRow * _cellHeight);
        for (var y = 0; y < _cellHeight; y++)
        {
            if (top + y < 0 || top + y >= image.Height)
            {
                continue;
            }

            var from = _glyphs.Row(fromY + y);
            var to = image.Row(top + y);
            for (var x = 0; x < _cellWidth; x++)
            {
                if (left + x >= 0 && left + x < image.Width)
                {
                    color.BlendInto(to[((left + x) * RgbImage.Channels)..], from[(fromX + x) * RgbImage.Channels]);
                }
            }
        }
    }
}
