using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.ShapesModel.Tests.Drawing;
using Xunit.Abstractions;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>Whether the upscaler knows more of outlines than a bicubic filter does.</summary>
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
        var gain = Mean(images) - Mean(bicubic);
        output.WriteLine(FormattableString.Invariant($"{gain:0.0} dB more than bicubic along outlines; {exam}"));
        Assert.True(exam.Everything >= 0.85, $"{exam}");
        Assert.True(gain >= 1, FormattableString.Invariant($"{gain:0.0} dB more than bicubic along outlines; {exam}"));

        double Mean(IReadOnlyList<RgbImage> pictures) =>
            pictures.Select((picture, index) => ScenePicture.SignalToNoise(whole[index], picture, Outline(_scenes[index]))).Average();
    }

    // Where objects a little smaller and a little larger differ.
    private static Func<int, bool> Outline(Scene scene)
    {
        var (inner, outer) = (ScenePicture.Covered(scene, 0.85), ScenePicture.Covered(scene, 1.15));
        return pixel => outer[pixel] && !inner[pixel];
    }
}
