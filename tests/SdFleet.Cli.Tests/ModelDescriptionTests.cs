using SdFleet.Cli.Models;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Cli.Tests;

public sealed class ModelDescriptionTests
{
    private static readonly PipelineInfo Base = new()
    {
        Folder = "x",
        PipelineClass = "StableDiffusionXLPipeline",
        Kind = ModelKind.General,
        Family = ModelFamily.StableDiffusionXl,
        Components = new Dictionary<string, string>(),
        Scheduler = new SchedulerConfig(),
        RuntimeVersion = "1",
        Provider = ExecutionProvider.Cpu,
        Device = "CPU",
        SizeMultiple = 8,
    };

    [Theory]
    [InlineData(ModelFamily.StableDiffusionXl, ModelKind.General, "Stable Diffusion XL: text to image, image to image, inpainting")]
    [InlineData(ModelFamily.StableDiffusionXl, ModelKind.Inpainting, "Stable Diffusion XL: inpainting")]
    [InlineData(ModelFamily.StableDiffusionXlRefiner, ModelKind.General, "Stable Diffusion XL refiner: image to image, inpainting")]
    [InlineData(ModelFamily.StableDiffusion, ModelKind.Upscaling, "Stable Diffusion: upscaling")]
    public void Of_AnyModel_SaysItsFamilyAndUses(ModelFamily family, ModelKind kind, string text)
    {
        var facts = ModelDescription.Of(Base with { Family = family, Kind = kind }, new ModelDefaults { GuidanceScale = 0 });

        Assert.Equal([("kind", text), ("best with", "512x512, 50 steps, guidance 0")], facts);
    }

    [Fact]
    public void Of_ModelWithPeculiarities_SaysThem()
    {
        var info = Base with
        {
            GuidanceIsInput = true,
            FixedShape = new() { Height = 768, Rows = 2 },
            VaeMayOverflow = true,
        };

        var facts = ModelDescription.Of(info, new ModelDefaults()).ToList();

        Assert.Contains(("exported for", "anyx768 only"), facts);
        Assert.Contains(facts, fact => fact.Text.StartsWith("2 rows a call", StringComparison.Ordinal));
        Assert.Contains(facts, fact => fact.Text.Contains("told the guidance scale", StringComparison.Ordinal));
        Assert.Contains(facts, fact => fact.What == "beware");
    }
}
