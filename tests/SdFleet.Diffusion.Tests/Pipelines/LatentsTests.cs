using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Imaging.Tests;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class LatentsTests : IDisposable
{
    private const float ScalingFactor = 0.5f;

    private readonly TinyPipeline _tiny = new(new TinyModel());

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void Encode_Image_GivesTheMostLikelyLatentsScaled()
    {
        RgbImage image = TestImages.Noise(64, 48, seed: 4);
        LatentsProbe probe = new();
        _tiny.Pipeline.GenerateObserved([_tiny.Pipeline.CreateTask("a cat") with { InitImage = image }], null, probe, default);

        Latents latents = _tiny.Pipeline.Encode(image);

        Assert.Equal((4, 6, 8), (latents.Channels, latents.Height, latents.Width));
        float[] means = probe.Encoded[0][..(probe.Encoded[0].Length / 2)];
        Golden.Near.Absolute("latents", [.. means.Select(mean => mean * ScalingFactor)], latents.Values, 1e-6);
    }

    [Fact]
    public void Decode_FinishedLatents_GivesTheFinishedImage()
    {
        GenerationTask task = _tiny.Pipeline.CreateTask("a cat", seed: 5);
        float[] values = _tiny.Latents(task);

        RgbImage image = _tiny.Pipeline.Decode(new(4, 6, 8, values));

        Assert.Equal(_tiny.Pipeline.Generate([task])[0].Image.Pixels.ToArray(), image.Pixels.ToArray());
    }

    [Fact]
    public void EncodeAndDecode_WhatDoesNotFit_NamesIt()
    {
        StableDiffusionPipeline pipeline = _tiny.Pipeline;

        Assert.Contains("Width is 60", Assert.Throws<ArgumentException>(() => pipeline.Encode(new(60, 48))).Message, StringComparison.Ordinal);
        ArgumentException channels = Assert.Throws<ArgumentException>(() => pipeline.Decode(new(3, 6, 8, new float[144])));
        Assert.Contains("Channels is 3; it must be within 4 to 4", channels.Message, StringComparison.Ordinal);
        ArgumentException width = Assert.Throws<ArgumentException>(() => pipeline.Decode(new(4, 1, 600, new float[2400])));
        Assert.Contains("Width is 4800", width.Message, StringComparison.Ordinal);
        ArgumentException count = Assert.Throws<ArgumentException>(() => new Latents(4, 2, 2, new float[15]));
        Assert.Contains("16 values, not 15", count.Message, StringComparison.Ordinal);
    }
}
