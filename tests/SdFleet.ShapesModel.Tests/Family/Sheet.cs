using SdFleet.Diffusion.Imaging;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>Pictures for a person to look at, beside the tests.</summary>
internal static class Sheet
{
    private const int Columns = 12;

    /// <summary>Writes TestResults/family/NAME.png.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="given">What each was made from, to stand above it; null for nothing. As many as pictures, in full rows.</param>
    /// <returns>The folder.</returns>
    public static string Save(string name, IReadOnlyList<RgbImage> images, IReadOnlyList<RgbImage>? given = null)
    {
        IReadOnlyList<RgbImage> all = given is null
            ? images
            : [.. given.Zip(images).Chunk(Columns).SelectMany(row => row.Select(it => it.First).Concat(row.Select(it => it.Second)))];
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "family")).FullName;
        File.WriteAllBytes(Path.Combine(folder, $"{name}.png"), PngWriter.ToArray(ImageGrid.Compose(all, Columns)));
        return folder;
    }
}
