using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Generate;

/// <summary>Saves all pictures of a generation on one sheet.</summary>
internal static class GridFile
{
    private const int Padding = 4;

    public static void Save(string path, IReadOnlyList<GeneratedPicture> pictures)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var grid = ImageGrid.Compose([.. pictures.Select(p => PngReader.Read(p.Png))], columns: 0, Padding);
        File.WriteAllBytes(path, PngWriter.ToArray(grid));
    }
}
