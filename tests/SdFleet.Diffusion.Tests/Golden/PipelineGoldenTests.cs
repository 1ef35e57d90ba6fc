using System.Text.Json;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Schedulers;
using Xunit.Abstractions;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>Whole pipelines against diffusers': every tensor on the way, and the image.</summary>
public class PipelineGoldenTests(ITestOutputHelper output)
{
    private const int LevelTolerance = 1;

    public static TheoryData<string> Files() => [.. GoldenPipelines.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public void Generate_GoldenCase_GivesDiffusersImages(string file)
    {
        if (file == GoldenPipelines.None)
        {
            output.WriteLine($"pipelines: {file}");
            return;
        }

        JsonElement golden = GoldenFolder.Read(file);
        using TemporaryFolder folder = GoldenModelFolder.Create(file);
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path);
        IReadOnlyList<GeneratedImage> images = pipeline.GenerateObserved(Tasks(golden), null, new GoldenProbe(golden), default);

        if (golden.Optional("image_u8_out") is { } recorded)
        {
            byte[] expected = Bytes(recorded);
            byte[] actual = [.. images.SelectMany(image => image.Image.Pixels.ToArray())];
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second - pair.First, -LevelTolerance, LevelTolerance));
        }
    }

    private static byte[] Bytes(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetByte())];

    private static DepthMap Depth(JsonElement map)
    {
        int[] shape = [.. map.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        return new(shape[^1], shape[^2], map.Floats("values"));
    }

    private static GenerationTask[] Tasks(JsonElement golden)
    {
        string[] prompts = [.. golden.GetProperty("prompt").EnumerateArray().Select(text => text.GetString()!)];
        string[] negative = [.. golden.GetProperty("negative_prompt").EnumerateArray().Select(text => text.GetString()!)];
        int width = golden.Int("width"), height = golden.Int("height");

        // Recorded is the size of the image that goes in.
        int enlarged = golden.Text("pipeline") == "StableDiffusionUpscalePipeline" ? golden.Int("vae_scale_factor") : 1;
        bool soft = golden.Text("pipeline") == "StableDiffusionInpaintPipelineLegacy";
        return [.. prompts.Select((prompt, i) => new GenerationTask
        {
            Prompt = prompt,
            NegativePrompt = negative[i],
            Seed = golden.GetProperty("seed").GetInt64(),
            GuidanceScale = golden.Double("guidance_scale"),
            GuidanceRescale = golden.Optional("guidance_rescale")?.GetDouble() ?? 0,
            Width = width * enlarged,
            Height = height * enlarged,
            Steps = golden.Int("num_inference_steps"),
            InitImage = golden.Optional("image_u8") is { } pixels ? new RgbImage(width, height, Bytes(pixels)) : null,
            Mask = golden.Optional("mask_u8") is { } mask ? new GrayImage(width, height, Bytes(mask)) : null,
            MaskBlending = soft ? MaskBlending.Soft : MaskBlending.Hard,
            DepthMap = golden.Optional("depth_map") is { } map ? Depth(map) : null,
            NoiseLevel = golden.Optional("noise_level")?.GetInt32(),
            Strength = golden.Optional("strength")?.GetDouble() ?? 1,
            Scheduler = new()
            {
                Eta = golden.Optional("eta")?.GetDouble() ?? 0,
                Compatibility = SchedulerCompatibilities.FromDiffusersVersion(golden.Text("diffusers_version")),
            },
        })];
    }
}
