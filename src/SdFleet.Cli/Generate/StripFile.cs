using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Cli.Generate;

/// <summary>Collects how pictures come out of the noise, and saves it: a row for each picture, from left to right.</summary>
internal sealed class StripFile(int frames)
{
    private const int Padding = 4;

    private readonly SortedDictionary<(int Image, int Step), RgbImage> _stages = [];

    /// <summary>Collects the next pictures.</summary>
    /// <param name="done">How many were finished before.</param>
    public PreviewOptions After(int done) => new() { Count = frames, Receiver = new Collector(_stages, done) };

    /// <summary>Saves the sheet.</summary>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var columns = _stages.Keys.Count(key => key.Image == 0);
        File.WriteAllBytes(path, PngWriter.ToArray(ImageGrid.Compose([.. _stages.Values], columns, Padding)));
    }

    private sealed class Collector(SortedDictionary<(int Image, int Step), RgbImage> stages, int done) : IProgress<GenerationPreview>
    {
        public void Report(GenerationPreview value) => stages[(done + value.Image, value.Step)] = value.Picture;
    }
}
