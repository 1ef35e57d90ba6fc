using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.ShapesModel.Tests.Drawing;
using SdFleet.ShapesModel.Tests.Worlds;
using Xunit.Abstractions;

namespace SdFleet.ShapesModel.Tests;

/// <summary>The library's own way through the autoencoder, on the pictures that it was trained for.</summary>
public sealed class RoundTripTests(ITestOutputHelper output) : IDisposable
{
    private const int Scenes = 12;
    private const double LeastMean = 31, Least = 27;

    private readonly StableDiffusionPipeline _pipeline = StableDiffusionPipeline.Load(ShapesModelFolder.Path);

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public void EncodeAndDecode_DrawnScenes_LoseLittle()
    {
        var random = new Random(17);
        var ratios = new List<double>();
        for (var i = 0; i < Scenes; i++)
        {
            var image = Scene.Any(World.Shapes128, random).Draw(World.Shapes128).ToImage();
            var latents = _pipeline.Encode(image);
            Assert.Equal((image.Width / 8, image.Height / 8), (latents.Width, latents.Height));
            ratios.Add(SignalToNoise(image, _pipeline.Decode(latents)));
        }

        output.WriteLine(FormattableString.Invariant($"PSNR: {ratios.Average():0.0} dB in the mean, {ratios.Min():0.0} at least"));
        Assert.True(ratios.Average() >= LeastMean && ratios.Min() >= Least, string.Join(", ", ratios));
    }

    // The scaling factor is what makes latents as wide as the noise that the U-Net was trained with.
    [Fact]
    public void Encode_DrawnScenes_GivesLatentsOfUnitDeviation()
    {
        var random = new Random(17);
        var values = Enumerable.Range(0, Scenes)
            .SelectMany(_ => _pipeline.Encode(Scene.Any(World.Shapes128, random).Draw(World.Shapes128).ToImage()).Values.ToArray())
            .ToList();
        var mean = values.Average();

        Assert.InRange(Math.Sqrt(values.Average(v => (v - mean) * (v - mean))), 0.7, 1.3);
    }

    // Peak signal to noise in decibels, all channels together.
    private static double SignalToNoise(RgbImage expected, RgbImage actual)
    {
        double sum = 0;
        for (var i = 0; i < expected.Pixels.Length; i++)
        {
            double difference = expected.Pixels[i] - actual.Pixels[i];
            sum += difference * difference;
        }

        return 10 * Math.Log10(255.0 * 255 * expected.Pixels.Length / sum);
    }
}
