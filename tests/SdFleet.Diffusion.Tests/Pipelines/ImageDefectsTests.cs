using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Pipelines;

/// <summary>What goes wrong in half precision is found, and decoded again where the model can do better.</summary>
public sealed class ImageDefectsTests
{
    [Theory]
    [InlineData(1, 1, ImageDefects.None)]
    [InlineData(1, float.NaN, ImageDefects.NotANumber | ImageDefects.Blank)]
    [InlineData(1, 0, ImageDefects.Blank)]
    [InlineData(float.NaN, 1, ImageDefects.LatentsNotANumber | ImageDefects.NotANumber | ImageDefects.Blank)]
    public void Generate_ValuesThatAreNone_AreFound(float unetGain, float decoderGain, ImageDefects expected)
    {
        GeneratedImage image = Generate(new() { UnetGain = unetGain, DecoderGain = decoderGain });

        Assert.Equal(expected, image.Defects);
        Assert.False(image.DecodedAgain);
    }

    [Fact]
    public void Generate_InfiniteLatents_AreFound() =>
        Assert.True(Generate(new() { UnetGain = float.PositiveInfinity }).Defects.HasFlag(ImageDefects.LatentsNotANumber));

    [Fact]
    public void Generate_HugeLatents_AreAnOverflow() =>
        Assert.Equal(ImageDefects.Overflow, Generate(new() { UnetGain = 1e6f }).Defects & ~ImageDefects.Blank);

    [Theory]
    [InlineData(float.NaN, "The decoder gave")]
    [InlineData(1, null)]
    public void WhyUnusable_ImageWithoutNumbers_SaysWhatToDo(float decoderGain, string? expected)
    {
        string? reason = Generate(new() { DecoderGain = decoderGain }).WhyUnusable;

        Assert.Equal(expected is null, reason is null);
        Assert.StartsWith(expected ?? "", reason ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_DecoderThatOverflows_IsReplacedByTheFloat32One()
    {
        GeneratedImage expected = Generate(new() { DecoderGain = 1.5f });

        GeneratedImage image = Generate(new() { DecoderGain = float.NaN, Float32DecoderGain = 1.5f });

        Assert.True(image.DecodedAgain);
        Assert.Equal(ImageDefects.None, image.Defects);
        Assert.Null(image.WhyUnusable);
        Assert.Equal(expected.Image.Pixels.ToArray(), image.Image.Pixels.ToArray());
    }

    [Fact]
    public void Generate_DecoderThatWorks_IsNotReplaced()
    {
        GeneratedImage image = Generate(new() { DecoderGain = 1, Float32DecoderGain = 0 });

        Assert.False(image.DecodedAgain);
        Assert.Equal(ImageDefects.None, image.Defects);
    }

    [Fact]
    public void Generate_LatentsWithoutNumbers_AreNotDecodedAgain()
    {
        GeneratedImage image = Generate(new() { UnetGain = float.NaN, Float32DecoderGain = 1 });

        Assert.False(image.DecodedAgain);
        Assert.StartsWith("The U-Net gave", image.WhyUnusable, StringComparison.Ordinal);
    }

    private static GeneratedImage Generate(TinyModel model)
    {
        using TinyPipeline tiny = new(model);
        return tiny.Pipeline.Generate([tiny.Pipeline.CreateTask("a cat", seed: 7)])[0];
    }
}
