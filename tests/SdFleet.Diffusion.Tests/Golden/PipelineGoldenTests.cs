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

    public static TheoryData<string> Built() => [.. GoldenPipelines.BuiltFiles];

    public static TheoryData<string> NotBuilt() => [.. GoldenPipelines.OtherFiles];

    [Theory]
    [MemberData(nameof(Built))]
    [MemberData(nameof(NotBuilt), Skip = "not built yet")]
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
            byte[] expected = [.. recorded.EnumerateArray().Select(value => value.GetByte())];
            byte[] actual = [.. images.SelectMany(image => image.Image.Pixels.ToArray())];
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second - pair.First, -LevelTolerance, LevelTolerance));
        }
    }

    private static RgbImage? Image(JsonElement golden) => golden.Optional("image_u8") is { } pixels
        ? new(golden.Int("width"), golden.Int("height"), [.. pixels.EnumerateArray().Select(value => value.GetByte())])
        : null;

    private static GenerationTask[] Tasks(JsonElement golden)
    {
        string[] prompts = [.. golden.GetProperty("prompt").EnumerateArray().Select(text => text.GetString()!)];
        string[] negative = [.. golden.GetProperty("negative_prompt").EnumerateArray().Select(text => text.GetString()!)];
        return [.. prompts.Select((prompt, i) => new GenerationTask
        {
            Prompt = prompt,
            NegativePrompt = negative[i],
            Seed = golden.GetProperty("seed").GetInt64(),
            GuidanceScale = golden.Double("guidance_scale"),
            GuidanceRescale = golden.Optional("guidance_rescale")?.GetDouble() ?? 0,
            Width = golden.Int("width"),
            Height = golden.Int("height"),
            Steps = golden.Int("num_inference_steps"),
            InitImage = Image(golden),
            Strength = golden.Optional("strength")?.GetDouble() ?? 1,
            Scheduler = new()
            {
                Eta = golden.Optional("eta")?.GetDouble() ?? 0,
                Compatibility = SchedulerCompatibilities.FromDiffusersVersion(golden.Text("diffusers_version")),
            },
        })];
    }
}
