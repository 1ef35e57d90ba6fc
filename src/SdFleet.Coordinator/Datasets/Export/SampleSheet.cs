using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Imaging.Sheets;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>The picture beside a dataset's card: some of its pictures on one sheet. The same pictures give the same bytes.</summary>
internal static class SampleSheet
{
    public const string FileName = "samples.png";

    private const int Most = 21;
    private const int ThumbnailSide = 160;

    /// <summary>Draws it; one picture is in memory at a time.</summary>
    /// <param name="sample">Pictures spread over the dataset, in order, of which some are taken.</param>
    /// <param name="artifacts">Where they are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A PNG; null where there is nothing to show.</returns>
    public static async Task<byte[]?> DrawAsync(IReadOnlyList<DatasetImage> sample, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        var count = Math.Min(Most, sample.Count);
        var shown = new List<(DatasetImage Image, RgbImage Small)>();
        foreach (var image in Enumerable.Range(0, count).Select(i => sample[(int)((long)i * sample.Count / count)]))
        {
            if (await ReadAsync(image, artifacts, cancellationToken) is { } picture)
            {
                shown.Add((image, Thumbnail.Within(picture, ThumbnailSide)));
            }
        }

        if (shown.Count == 0)
        {
            return null;
        }

        var side = shown.Max(s => Math.Max(s.Small.Width, s.Small.Height));
        return PngWriter.ToArray(ContactSheet.Compose(
        [
            .. shown.Select(s => new CaptionedImage(
                Thumbnail.Square(s.Small, side),
                s.Image.Record.Recipe.Prompt,
                FormattableString.Invariant($"line {s.Image.Line}, seed {s.Image.Record.Image.Seed}"))),
        ]));
    }

    // Null where it is no picture, not there any more, or not what its record says.
    private static async Task<RgbImage?> ReadAsync(DatasetImage image, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        if ((await ArtifactReader.ReadAsync(artifacts, image, cancellationToken)).Content is not { } file)
        {
            return null;
        }

        try
        {
            return PngReader.Read(file);
        }
        catch (Exception e) when (e is InvalidDataException or PlatformNotSupportedException)
        {
            // A host without the codec makes the dataset all the same, and no sheet.
            return null;
        }
    }
}
