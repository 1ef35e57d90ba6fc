using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.ShapesModel.Tests.Drawing;
using Xunit.Abstractions;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>Whether the upscaler draws sharp shapes, and those of the small picture.</summary>
public sealed class UpscalingModelTests(ITestOutputHelper output) : IDisposable
{
    private const int Count = 24;

    private readonly FamilyPainter _painter = new(ShapesModelFolder.Upscaling);
    private readonly IReadOnlyList<Scene> _scenes = ScenePicture.Many(Count, 51);

    public void Dispose() => _painter.Dispose();

    [Fact]
    public void Info_SaysUpscalingByFour() => Assert.Equal((ModelKind.Upscaling, 4), (_painter.Info.Kind, _painter.Info.SizeMultiple));

    [Fact]
    public void Generate_SmallPictures_DrawsTheirOutlinesAnew()
    {
        RgbImage[] whole = [.. _scenes.Select(ScenePicture.Draw)];
        RgbImage[] small = [.. whole.Select(ScenePicture.Small)];
        RgbImage[] bicubic = [.. small.Select(image => ImageResize.Resize(image, 4 * image.Width, 4 * image.Height, ResizeFilter.Bicubic))];

        var images = _painter.Paint(
            _scenes.Select(scene => Wording.Of(scene.Facts)),
            (task, index) => task with { InitImage = small[index], Width = whole[index].Width, Height = whole[index].Height });

        var exam = new Exam("upscale", [.. _scenes.Select(scene => scene.Facts)], images, bicubic);
        var sharper = Edges(images) / Edges(bicubic);
        var kept = small.Zip(images, (expected, image) => ScenePicture.SignalToNoise(expected, ScenePicture.Small(image), _ => true)).Average();
        var report = FormattableString.Invariant($"edges {sharper:0.00} times as steep as bicubic ones; {kept:0.0} dB when made small again; {exam}");
        output.WriteLine(report);
        Assert.True(exam.Everything >= 0.7, report);
        Assert.True(sharper >= 1.1, report);
        Assert.True(kept >= 22, report);

        double Edges(IReadOnlyList<RgbImage> pictures) => pictures.Select((picture, index) => Steepness(picture, Outline(_scenes[index]))).Average();
    }

    // The mean of the squared differences between neighbours in a row.
    private static double Steepness(RgbImage image, Func<int, bool> where) =>
        Enumerable.Range(0, image.Pixels.Length - RgbImage.Channels)
            .Where(i => where(i / RgbImage.Channels))
            .Average(i => Math.Pow(image.Pixels[i] - image.Pixels[i + RgbImage.Channels], 2));

    // Where objects a little smaller and a little larger differ.
    private static Func<int, bool> Outline(Scene scene)
    {
        var (inner, outer) = (ScenePicture.Covered(scene, 0.85), ScenePicture.Covered(scene, 1.15));
        return pixel => outer[pixel] && !inner[pixel];
    }
}
