using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;
using SdFleet.Diffusion.Imaging.Tests;

namespace SdFleet.Diffusion.Tests.Pipelines;

/// <summary>Each part may be of float16 or float32, whatever the others are.</summary>
public sealed class HalfPrecisionTests
{
    // 11 bits of the U-Net's predictions, times the noise levels that Euler steps over, times the guidance; 0.0069 was measured.
    private const double Tolerance = 0.02;

    // 11 bits of values up to 2.
    private const double AutoencoderTolerance = 2e-3;

    [Theory]
    [InlineData(true, true, true, TensorElementType.Float16)]
    [InlineData(true, true, true, TensorElementType.Float)]
    [InlineData(true, true, true, TensorElementType.Int64)]
    [InlineData(false, true, true, TensorElementType.Int64)]
    [InlineData(true, false, false, TensorElementType.Int64)]
    [InlineData(false, true, false, TensorElementType.Float16)]
    public void Generate_AnyPartHalf_GivesAlmostWhatTheFormulasGive(bool text, bool unet, bool vae, TensorElementType timestep)
    {
        GenerationTask task = XlRuns.Task();

        LatentsProbe exact = XlRuns.Check(new(), 2e-4, task);
        LatentsProbe half = XlRuns.Check(XlRuns.Half(text, unet, vae, timestep), Tolerance, task);

        // Other parts would be as exact as the whole: it is rounded, so the types were what they said.
        Assert.NotEqual(exact.Final, half.Final);
    }

    [Fact]
    public void Generate_HalfAutoencoder_GivesAlmostTheSamePicture()
    {
        using TinyXlPipeline single = new(new());
        using TinyXlPipeline half = new(XlRuns.Half(text: false, unet: false, vae: true, TensorElementType.Int64));
        GenerationTask task = XlRuns.Task() with { InitImage = TestImages.Noise(64, 48, seed: 1), Strength = 0.5 };

        LatentsProbe expected = XlRuns.Run(single.Pipeline, task), actual = XlRuns.Run(half.Pipeline, task);

        Assert.NotEqual(expected.Encoded[0], actual.Encoded[0]);
        Near.Absolute("moments", expected.Encoded[0], actual.Encoded[0], AutoencoderTolerance);
        Assert.NotEqual(expected.Decoded[0], actual.Decoded[0]);
        Near.Absolute("image", expected.Decoded[0], actual.Decoded[0], AutoencoderTolerance);
    }

    [Theory]
    [InlineData(TensorElementType.Int64)]
    [InlineData(TensorElementType.Int32)]
    [InlineData(TensorElementType.Float16)]
    public void Generate_AnyTypeOfSizes_GivesWhatTheFormulasGive(TensorElementType type) =>
        XlRuns.Check(new() { TimeIdsType = type }, 2e-4, XlRuns.Task());
}
