using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Imaging.Tests;

namespace SdFleet.Diffusion.Tests.Pipelines;

public class DepthEstimationTests
{
    [Fact]
    public void Generate_WithoutDepthMap_TakesTheModelsEstimate()
    {
        using TemporaryFolder folder = Model("""{ "size": { "height": 24, "width": 32 } }""");
        using StableDiffusionPipeline pipeline = Load(folder);
        GenerationTask task = KindTasks.Create(ModelKind.DepthToImage, seed: 1) with { DepthMap = null };

        byte[] estimated = Pixels(pipeline, task);

        Assert.True(pipeline.Info.EstimatesDepth);
        Assert.EndsWith("depth_estimator/model.onnx", pipeline.Info.Components["depth_estimator"], StringComparison.Ordinal);
        Assert.Equal(Pixels(pipeline, task with { DepthMap = pipeline.EstimateDepth(task.InitImage!) }), estimated);
        Assert.NotEqual(Pixels(pipeline, task with { DepthMap = new(2, 1, [0, 1]) }), estimated);
    }

    [Theory]
    [InlineData("depth_estimator")]
    [InlineData("feature_extractor")]
    public void EstimateDepth_Image_IsPreparedAsTheFileSays(string configFolder)
    {
        using TemporaryFolder folder = Model(
            """
            { "do_resize": true, "size": { "height": 6, "width": 8 }, "resample": 2, "do_rescale": true, "rescale_factor": 0.01,
              "do_normalize": true, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.5, 0.25, 1] }
            """,
            configFolder);
        using StableDiffusionPipeline pipeline = Load(folder);
        RgbImage image = new(2, 1, [100, 50, 200, 100, 50, 200]);

        DepthMap depth = pipeline.EstimateDepth(image);

        // (1 - 0.1) / 0.5, (0.5 - 0.2) / 0.25, (2 - 0.3) / 1.
        Assert.Equal((8, 6), (depth.Width, depth.Height));
        Golden.Near.Absolute("depth", [.. Enumerable.Repeat((1.8f + 1.2f + 1.7f) / 3, 48)], depth.Values, 1e-5);
    }

    [Theory]
    [InlineData("""{ "size": 16 }""", 16, 16)]
    [InlineData("{}", 384, 384)]
    [InlineData("""{ "do_resize": false }""", 64, 48)]
    [InlineData("""{ "size": 24, "keep_aspect_ratio": true }""", 32, 24)]
    [InlineData("""{ "size": { "height": 22, "width": 35 }, "ensure_multiple_of": 8 }""", 32, 24)]
    [InlineData("""{ "size": { "height": 96, "width": 72 }, "keep_aspect_ratio": true, "ensure_multiple_of": 32 }""", 64, 64)]
    public void EstimateDepth_Size_IsTheFiles(string config, int width, int height)
    {
        using TemporaryFolder folder = Model(config);
        using StableDiffusionPipeline pipeline = Load(folder);

        DepthMap depth = pipeline.EstimateDepth(TestImages.Noise(64, 48, seed: 1));

        Assert.Equal((width, height), (depth.Width, depth.Height));
    }

    [Fact]
    public void EstimateDepth_WithoutAFile_NormalizesAsDpt()
    {
        using TemporaryFolder folder = Model(config: null);
        using StableDiffusionPipeline pipeline = Load(folder);

        DepthMap depth = pipeline.EstimateDepth(TestImages.Plain(16, 16, 255));

        Assert.Equal((384, 384), (depth.Width, depth.Height));
        Assert.All(depth.Values.ToArray(), value => Assert.Equal(1, value, tolerance: 1e-5));
    }

    [Theory]
    [InlineData("""{ "size": "big" }""", "a size of a number")]
    [InlineData("""{ "size": 0 }""", "a size within 1 to 4096")]
    [InlineData("""{ "image_std": [1, 1, 0] }""", "an image_std of 3 numbers")]
    [InlineData("""{ "resample": 0 }""", "a resample within 1 to 3")]
    [InlineData("""{ "do_resize": 1 }""", "a do_resize of true or false")]
    [InlineData("[]", "a JSON object")]
    public void Load_BrokenPreprocessing_SaysWhichFileAndValue(string config, string expected)
    {
        using TemporaryFolder folder = Model(config);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => Load(folder));

        Assert.EndsWith("depth_estimator/preprocessor_config.json", error.File, StringComparison.Ordinal);
        Assert.StartsWith(expected, error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoEstimatorOrAnotherKind_EstimatesNothing()
    {
        using TemporaryFolder general = TinyDepthEstimator.Write(new TinyModel().Write());
        using StableDiffusionPipeline pipeline = Load(general);
        using TinyPipeline without = new(TinyModel.Of(ModelKind.DepthToImage));

        Assert.False(pipeline.Info.EstimatesDepth);
        Assert.False(without.Pipeline.Info.EstimatesDepth);
        Assert.Throws<InvalidOperationException>(() => without.Pipeline.EstimateDepth(new(8, 8)));
    }

    [Fact]
    public async Task GetModelDigest_Preprocessing_CountsOnlyWithAnEstimator()
    {
        using TemporaryFolder depth = Model("""{ "size": 16 }""", "feature_extractor"), general = new TinyModel().Write();

        string[] depthDigests = await DigestsAsync(depth), generalDigests = await DigestsAsync(general);

        Assert.NotEqual(depthDigests[0], depthDigests[1]);
        Assert.Equal(generalDigests[0], generalDigests[1]);

        static async Task<string[]> DigestsAsync(TemporaryFolder folder)
        {
            using StableDiffusionPipeline before = Load(folder);
            string first = await before.GetModelDigestAsync();
            folder.Write("feature_extractor/preprocessor_config.json", """{ "size": 8 }""");
            using StableDiffusionPipeline after = Load(folder);
            return [first, await after.GetModelDigestAsync()];
        }
    }

    private static TemporaryFolder Model(string? config, string configFolder = "depth_estimator") =>
        TinyDepthEstimator.Write(TinyModel.Of(ModelKind.DepthToImage).Write(), config, configFolder);

    private static StableDiffusionPipeline Load(TemporaryFolder folder) => StableDiffusionPipeline.Load(folder.Path, new() { Threads = 1 });

    private static byte[] Pixels(StableDiffusionPipeline pipeline, GenerationTask task) => pipeline.Generate([task])[0].Image.Pixels.ToArray();
}
