namespace SdFleet.Diffusion.Imaging.Sheets;

/// <summary>All pictures on one sheet, each with its caption under it.</summary>
public static class ContactSheet
{
    /// <summary>Pixels around all.</summary>
    public const int Margin = 24;
    /// <summary>Pixels between two pictures.</summary>
    public const int Gap = 20;
    /// <summary>Most pictures in a row.</summary>
    public const int MostColumns = 7;

    private const int CaptionGap = 7;
    private const int MostCaptionLines = 4;

    private static readonly Rgb Paper = new(250, 250, 251);
    private static readonly Rgb Frame = new(208, 208, 214);
    private static readonly Rgb Ink = new(40, 40, 46);
    private static readonly Rgb Faint = new(140, 140, 150);

    /// <summary>Draws the sheet.</summary>
    /// <param name="pictures">At least one; all of one size.</param>
    public static RgbImage Compose(IReadOnlyList<CaptionedImage> pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        var font = PixelFont.Default;
        var (width, height) = (pictures[0].Image.Width, pictures[0].Image.Height);
        var captions = pictures.Select(p => font.Wrap(p.Caption, width, MostCaptionLines)).ToList();
        var captionLines = captions.Max(c => c.Count);
        var columns = Math.Min(pictures.Count, MostColumns);
        var rows = (pictures.Count + columns - 1) / columns;
        var cellHeight = height + CaptionGap + ((captionLines + 1) * font.LineHeight);

        var sheet = new RgbImage(
            (2 * Margin) + (columns * width) + ((columns - 1) * Gap),
            (2 * Margin) + (rows * cellHeight) + ((rows - 1) * Gap));
        Fill(sheet, 0, 0, sheet.Width, sheet.Height, Paper);
        for (var i = 0; i < pictures.Count; i++)
        {
            var left = Margin + (i % columns * (width + Gap));
            var top = Margin + (i / columns * (cellHeight + Gap));

            // A picture with a white ground needs an edge on white paper.
            Fill(sheet, left - 1, top - 1, width + 2, height + 2, Frame);
            Copy(pictures[i].Image, sheet, left, top);
            var y = top + height + CaptionGap;
            foreach (var line in captions[i])
            {
                font.Draw(sheet, left, y, line, Ink);
                y += font.LineHeight;
            }

            font.Draw(sheet, left, y, pictures[i].Footnote, Faint);
        }

        return sheet;
    }

    private static void Fill(RgbImage sheet, int left, int top, int width, int height, Rgb color)
    {
        for (var y = top; y < top + height; y++)
        {
            var row = sheet.Row(y);
            for (var x = left; x < left + width; x++)
            {
                color.CopyTo(row[(x * RgbImage.Channels)..]);
            }
        }
    }

    private static void Copy(RgbImage image, RgbImage sheet, int left, int top)
    {
        for (var y = 0; y < image.Height; y++)
        {
            image.Row(y).CopyTo(sheet.Row(top + y)[(left * RgbImage.Channels)..]);
        }
    }
}
