using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;

namespace SdFleet.Diffusion.Tests.Pipelines;

/// <summary>Models exported without open dimensions: another number of rows is served in several calls, another size is refused.</summary>
public sealed class FixedShapeTests
{
    private const double Tolerance = 2e-4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Generate_FixedRows_GivesWhatTheFormulasGive(int rows)
    {
        GenerationTask task = XlRuns.Task();
        TinyXlModel model = new() { Fixed = (rows, 6, 8), FixedDecoder = (1, 6, 8), FixedText = (1, 77) };

        // Five rows: two of them for negative prompts.
        XlRuns.Check(
            model,
            Tolerance,
            task,
            task with { Seed = 6, Prompt = "cat", GuidanceScale = 0 },
            task with { Seed = 7, NegativePrompt = "a", SizeConditioning = new() { CropLeft = 50 } });
    }

    [Fact]
    public void Generate_FixedRowsAndGuidanceInput_GivesWhatOpenRowsGive()
    {
        TinyXlModel open = new() { GuidanceWidth = 8 };
        GenerationTask[] tasks = [XlRuns.Task(), XlRuns.Task(6) with { GuidanceScale = 2 }, XlRuns.Task(7) with { GuidanceScale = 9 }];
        using StableDiffusionPipeline expected = open.Load(), actual = (open with { Fixed = (2, null, null) }).Load();

        Near.Absolute("latents", XlRuns.Run(expected, tasks).Final, XlRuns.Run(actual, tasks).Final, 1e-5);
    }

    [Fact]
    public void Load_FixedSize_SaysItAndRefusesOthers()
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel { Fixed = (2, 6, 8) }.Load();

        Assert.Equal(new FixedShape { Width = 64, Height = 48, Rows = 2 }, pipeline.Info.FixedShape);
        Assert.Equal((64, 48), (pipeline.Defaults.Width, pipeline.Defaults.Height));
        Assert.Equal([new ImageSize(64, 48)], pipeline.Defaults.Sizes);
        ArgumentException error = Assert.Throws<ArgumentException>(() => pipeline.Generate([XlRuns.Task() with { Width = 72 }]));
        Assert.Equal("Width", error.ParamName);
        Assert.Contains("72x48", error.Message, StringComparison.Ordinal);
        Assert.Contains("64x48", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => pipeline.Generate([XlRuns.Task() with { Height = 64 }]));
        Assert.Equal("Height", error.ParamName);
    }

    [Fact]
    public void Load_OpenShapes_SaysThatAnyWillDo()
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel().Load();

        Assert.Equal(new FixedShape(), pipeline.Info.FixedShape);
        Assert.Empty(pipeline.Defaults.Sizes);
    }

    [Fact]
    public void Load_OnlyTheDecoderFixed_GivesItsSize()
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel { FixedDecoder = (null, 6, null) }.Load();

        Assert.Equal(new FixedShape { Height = 48 }, pipeline.Info.FixedShape);
        Assert.Equal((1024, 48), (pipeline.Defaults.Width, pipeline.Defaults.Height));
    }

    public static TheoryData<string, string> Refused() => new()
    {
        { "decoder of another size", "vae_decoder/model.onnx" },
        { "decoder of two images", "vae_decoder/model.onnx" },
        { "text encoder of two prompts", "text_encoder/model.onnx" },
        { "text encoder of other prompts", "text_encoder/model.onnx" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Load_PartsThatDoNotFit_NamesTheFile(string what, string file)
    {
        TinyXlModel model = what switch
        {
            "decoder of another size" => new() { Fixed = (2, 6, 8), FixedDecoder = (1, 6, 9) },
            "decoder of two images" => new() { FixedDecoder = (2, 6, 8) },
            "text encoder of two prompts" => new() { FixedText = (2, 77) },
            _ => new() { FixedText = (1, 64) },
        };

        ModelFormatException error = Assert.Throws<ModelFormatException>(model.Load);

        Assert.EndsWith(file, error.File, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "defaultWidth": 72 }""")]
    [InlineData("""{ "sizes": [[64, 48], [72, 48]] }""")]
    public void Load_DefaultsOfAnotherSize_AreRefused(string defaults)
    {
        using TemporaryFolder folder = new TinyXlModel { Fixed = (2, 6, 8) }.Write().Write("sdfleet.json", defaults);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.EndsWith("sdfleet.json", error.File, StringComparison.Ordinal);
        Assert.Contains("64", error.Expected, StringComparison.Ordinal);
    }
}
