using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Scoring;
using SdFleet.Diffusion.Imaging.Tests;

namespace SdFleet.Diffusion.Tests.Scoring;

public sealed class ClipImagesTests
{
    private const string FileName = "preprocessor_config.json";

    // What Pillow and numpy give for the same steps.
    [Fact]
    public void Write_WideImage_ResizesCutsAndNormalizesAsPillowAndNumpy()
    {
        using TemporaryFolder folder = new TemporaryFolder().Write(FileName, TinyClip.Preprocessor);
        float[] planes = Write(folder, TestImages.Formula(20, 13));

        Dictionary<int, float> expected = new()
        {
            [0] = -0.011254486627876759f,
            [9] = -0.24482931196689606f,
            [63] = -0.06964819133281708f,
            [64] = -0.3713824152946472f,
            [100] = 1.3545109033584595f,
            [128] = 0.2972884476184845f,
            [191] = 0.39682891964912415f,
        };
        Assert.All(expected, pair => Assert.Equal(pair.Value, planes[pair.Key], 1e-6f));
        Assert.Equal(19.843374f, planes.Sum(), 1e-4f);
    }

    [Fact]
    public void Load_SizesAsOldFilesHaveThem_MeansTheSame()
    {
        using TemporaryFolder folder = new TemporaryFolder().Write(FileName, TinyClip.Preprocessor);
        using TemporaryFolder old = new TemporaryFolder().Write(FileName, """
            { "crop_size": 8, "size": 8, "image_mean": [0.48145466, 0.4578275, 0.40821073],
              "image_std": [0.26862954, 0.26130258, 0.27577711], "feature_extractor_type": "CLIPFeatureExtractor" }
            """);
        RgbImage image = TestImages.Formula(13, 40);

        Assert.Equal(Write(folder, image), Write(old, image));
    }

    [Theory]
    [InlineData("\"resample\": 3", "\"resample\": 2", "bicubic")]
    [InlineData("\"do_center_crop\": true", "\"do_center_crop\": false", "do_center_crop")]
    [InlineData("\"shortest_edge\": 8", "\"shortest_edge\": 0", "size")]
    [InlineData("\"shortest_edge\": 8", "\"shortest_edge\": 7", "crop_size")]
    [InlineData("\"shortest_edge\": 8", "\"longest_edge\": 8", "size")]
    [InlineData("0.26130258", "0", "image_std")]
    [InlineData("[0.48145466, ", "[", "image_mean")]
    [InlineData("\"rescale_factor\": 0.00392156862745098", "\"rescale_factor\": \"x\"", "rescale_factor")]
    public void Load_WhatCannotBeDone_IsNamed(string usual, string other, string named)
    {
        using TemporaryFolder folder = new TemporaryFolder().Write(
            FileName, TinyClip.Preprocessor.Replace(usual, other, StringComparison.Ordinal));

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => ClipImages.Load(folder.Path));

        Assert.EndsWith(FileName, error.File, StringComparison.Ordinal);
        Assert.Contains(named, error.Expected, StringComparison.Ordinal);
    }

    private static float[] Write(TemporaryFolder folder, RgbImage image)
    {
        ClipImages images = ClipImages.Load(folder.Path);
        float[] planes = new float[images.Length];
        images.Write(image, planes);
        return planes;
    }
}
