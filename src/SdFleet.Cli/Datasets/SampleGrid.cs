using SdFleet.Cli.Demo;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Datasets;

/// <summary>The picture beside a dataset's card.</summary>
internal static class SampleGrid
{
    public const string FileName = "samples.png";
    private const int Most = 21;

    /// <summary>Draws it, or gives null where there is nothing to show.</summary>
    public static byte[]? Draw(DatasetView view)
    {
        var pictures = view.Some(Most);
        if (pictures.Count == 0)
        {
            return null;
        }

        var side = pictures.Max(p => Math.Max(p.Image.Width, p.Image.Height));
        return PngWriter.ToArray(ContactSheet.Compose(
        [
            .. pictures.Select(p => new CaptionedImage(
                Thumbnail.Square(p.Image, side),
                p.Record.Record.Recipe.Prompt,
                FormattableString.Invariant($"line {p.Record.Line}, seed {p.Record.Record.Image.Seed}"))),
        ]));
    }
}
