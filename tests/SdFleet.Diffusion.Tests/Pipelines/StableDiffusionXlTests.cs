using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;
using SdFleet.Diffusion.Imaging.Tests;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Tests.Pipelines;

/// <summary>Stable Diffusion XL against <see cref="XlReference"/>, which computes all of it on its own.</summary>
public sealed class StableDiffusionXlTests
{
    private const double Tolerance = 2e-4;

    [Theory]
    [InlineData("cat", true, true)]
    [InlineData("cat", true, false)]
    [InlineData("", true, true)]
    [InlineData("", null, true)]
    [InlineData("", false, true)]
    [InlineData(" ", true, true)]
    public void Generate_TextToImage_GivesWhatTheFormulasGive(string negative, bool? forceZeros, bool writesLastStates)
    {
        TinyXlModel model = new() { ForceZeros = forceZeros, WritesLastStates = writesLastStates };

        XlRuns.Check(model, Tolerance, XlRuns.Task() with { NegativePrompt = negative });
    }

    [Fact]
    public void Generate_MixedBatch_GivesWhatTheFormulasGiveForEach()
    {
        GenerationTask task = XlRuns.Task();

        LatentsProbe probe = XlRuns.Check(
            new(),
            Tolerance,
            task,
            task with { Prompt = "cat", NegativePrompt = "", Seed = 6, GuidanceScale = 1 },
            task with { Seed = 7, NegativePrompt = "", SizeConditioning = new() { OriginalSize = new(320, 200), CropTop = 30 } });

        Assert.Equal(5, probe.UnetRows);
    }

    [Fact]
    public void Generate_SizesGiven_AreToldToTheModel()
    {
        GenerationTask usual = XlRuns.Task(), odd = usual with
        {
            SizeConditioning = new() { OriginalSize = new(640, 300), CropTop = 17, CropLeft = 90, TargetSize = new(128, 256) },
        };
        SizeConditioning same = new() { OriginalSize = new(64, 48), TargetSize = new(64, 48), AestheticScore = 1 };
        using StableDiffusionPipeline pipeline = new TinyXlModel().Load();

        XlRuns.Check(new(), Tolerance, odd);
        Assert.NotEqual(XlRuns.Run(pipeline, usual).Final, XlRuns.Run(pipeline, odd).Final);
        Assert.Equal(XlRuns.Run(pipeline, usual).Final, XlRuns.Run(pipeline, usual with { SizeConditioning = same }).Final);
    }

    // The tiny encoders' states are the same vectors times numbers, so a skipped layer shows in both. diffusers skips none for negative
    // prompts; the web UI does.
    [Theory]
    [InlineData(PromptSyntax.Plain)]
    [InlineData(PromptSyntax.Weighted)]
    public void Generate_ClipSkip_TakesEarlierStatesOfBothEncoders(PromptSyntax syntax)
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel().Load();
        GenerationTask task = XlRuns.Task() with { PromptSyntax = syntax };
        EmbeddingsProbe usual = new(), skipped = new();

        pipeline.GenerateObserved([task], null, usual, default);
        pipeline.GenerateObserved([task with { ClipSkip = 1 }], null, skipped, default);

        for (int i = 0; i < usual.Rows.Length; i++)
        {
            int layers = i % 8 < TinyXlModel.Width ? TinyXlModel.Layers : TinyXlModel.Layers2;
            bool negative = i < usual.Rows.Length / 2;
            float[] scales = TinyXlModel.StateScales;
            int found = negative && syntax == PromptSyntax.Plain ? layers - 1 : layers - 2;
            Assert.Equal(usual.Rows[i] / scales[layers - 1] * scales[found], skipped.Rows[i], 1e-5f);
        }

        ArgumentException error = Assert.Throws<ArgumentException>(() => pipeline.Generate([task with { ClipSkip = 2 }]));
        Assert.Equal("ClipSkip", error.ParamName);
    }

    private sealed class EmbeddingsProbe : GenerationProbe
    {
        public float[] Rows { get; private set; } = [];

        public override void OnEmbeddings(ReadOnlySpan<float> rows) => Rows = rows.ToArray();
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Generate_ImageToImage_GivesWhatTheFormulasGive(double strength)
    {
        TinyXlModel model = new();
        CheckFromStart(model, XlRuns.Task() with { InitImage = TestImages.Noise(64, 48, seed: 1), Strength = strength });
    }

    [Fact]
    public void Generate_Refiner_IsToldTheAestheticScore()
    {
        TinyXlModel model = new() { Refiner = true };
        GenerationTask task = XlRuns.Task() with { InitImage = TestImages.Noise(64, 48, seed: 1), Strength = 0.5 };

        CheckFromStart(model, task);
        CheckFromStart(model, task with
        {
            SizeConditioning = new() { AestheticScore = 9, NegativeAestheticScore = 1, CropTop = 40, OriginalSize = new(100, 80) },
        });
    }

    [Fact]
    public void Generate_RefinerWithoutAnImage_IsRefused()
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel { Refiner = true }.Load();

        ArgumentException error = Assert.Throws<ArgumentException>(() => pipeline.Generate([XlRuns.Task()]));

        Assert.Equal("InitImage", error.ParamName);
    }

    [Fact]
    public void Generate_InpaintingModel_GivesWhatTheFormulasGive()
    {
        GrayImage mask = new(64, 48);
        mask.Pixels[..1600].Fill(255);
        CheckFromStart(new() { UnetChannels = 9 }, XlRuns.Task() with
        {
            InitImage = TestImages.Noise(64, 48, seed: 1),
            Mask = mask,
            Strength = 0.75,
        });
    }

    [Fact]
    public void Generate_MaskThatKeepsAllWithAGeneralModel_GivesTheImageBack()
    {
        using TinyXlPipeline model = new(new());
        GenerationTask task = XlRuns.Task() with
        {
            InitImage = TestImages.Noise(64, 48, seed: 1),
            Mask = new(64, 48),
            Strength = 0.75,
            GuidanceScale = 9,
        };

        float[] first = XlRuns.Run(model.Pipeline, task).Final, second = XlRuns.Run(model.Pipeline, task with { Prompt = "cat" }).Final;
        task.Mask!.Pixels.Fill(255);

        Assert.Equal(first, second);
        Assert.NotEqual(first, XlRuns.Run(model.Pipeline, task).Final);
    }

    [Fact]
    public void Generate_FinishedLatents_AreDecodedWithTheirScalingFactor()
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel().Load();
        LatentsProbe probe = new();
        float[] weights = [.. TinyXlModel.Waves(12, 0).Select(wave => wave / 256)];

        RgbImage image = pipeline.GenerateObserved([XlRuns.Task()], null, probe, default)[0].Image;

        // The first latent's color, in the first pixel.
        for (int channel = 0; channel < 3; channel++)
        {
            double color = Enumerable.Range(0, 4).Sum(i => weights[(channel * 4) + i] * probe.Final[i * 48] / 0.13025);
            Assert.InRange(image.Pixels[channel], (255 * ((Math.Tanh(color) / 2) + 0.5)) - 1, (255 * ((Math.Tanh(color) / 2) + 0.5)) + 1);
        }
    }

    [Theory]
    [InlineData(false, ModelFamily.StableDiffusionXl, 4)]
    [InlineData(true, ModelFamily.StableDiffusionXlRefiner, 3)]
    public void Info_LoadedModel_SaysItsFamily(bool refiner, ModelFamily family, int components)
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel { Refiner = refiner, UnetChannels = refiner ? 4 : 9 }.Load();
        using StableDiffusionPipeline other = new TinyModel().Load();

        Assert.Equal(family, pipeline.Info.Family);
        Assert.Equal(refiner ? ModelKind.General : ModelKind.Inpainting, pipeline.Info.Kind);
        Assert.Equal(ModelFamily.StableDiffusion, other.Info.Family);
        Assert.Equal(components, pipeline.Info.Components.Keys.Except(["vae_encoder"]).Count());
        Assert.Contains("text_encoder_2", pipeline.Info.Components.Keys);
    }

    [Theory]
    [InlineData(TensorElementType.Float16, true, true)]
    [InlineData(TensorElementType.Float16, false, false)]
    [InlineData(TensorElementType.Float, true, false)]
    public void Info_HalfPrecisionDecoderThatWantsMore_SaysSo(TensorElementType type, bool forceUpcast, bool overflows)
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel { VaeType = type, ForceUpcast = forceUpcast }.Load();

        Assert.Equal(overflows, pipeline.Info.VaeMayOverflow);
    }

    [Fact]
    public async Task GetModelDigestAsync_SecondEncoderOrTokenizerChanged_IsAnother()
    {
        using TemporaryFolder folder = new TinyXlModel().Write();
        string first = await DigestAsync(folder);
        folder.Write("tokenizer_2/special_tokens_map.json", """{ "pad_token": "a" }""");
        string second = await DigestAsync(folder);
        folder.Write("text_encoder_2/other.txt", "x");

        Assert.Distinct([first, second, await DigestAsync(folder)]);
    }

    public static TheoryData<SizeConditioning, string> WrongSizes() => new()
    {
        { new() { CropTop = -1 }, "SizeConditioning.CropTop" },
        { new() { CropLeft = 20_000 }, "SizeConditioning.CropLeft" },
        { new() { OriginalSize = new(0, 5) }, "SizeConditioning.OriginalSize.Width" },
        { new() { TargetSize = new(5, 20_000) }, "SizeConditioning.TargetSize.Height" },
        { new() { AestheticScore = 11 }, "SizeConditioning.AestheticScore" },
        { new() { NegativeAestheticScore = double.NaN }, "SizeConditioning.NegativeAestheticScore" },
    };

    [Theory]
    [MemberData(nameof(WrongSizes))]
    public void Generate_SizesOutOfBounds_NameTheField(SizeConditioning sizes, string field)
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel().Load();

        ArgumentException error = Assert.Throws<ArgumentException>(
            () => pipeline.Generate([XlRuns.Task() with { SizeConditioning = sizes }]));

        Assert.Equal(field, error.ParamName);
    }

    [Fact]
    public void Generate_SizesForAnotherFamily_AreRefused()
    {
        using StableDiffusionPipeline pipeline = new TinyModel().Load();

        ArgumentException error = Assert.Throws<ArgumentException>(
            () => pipeline.Generate([pipeline.CreateTask("x") with { SizeConditioning = new() }]));

        Assert.Equal("SizeConditioning", error.ParamName);
    }

    // What enters the loop is not of the family's making, so it is taken as found; what happens in the loop is computed.
    private static void CheckFromStart(TinyXlModel model, GenerationTask task)
    {
        using TinyXlPipeline tiny = new(model);
        LatentsProbe probe = XlRuns.Run(tiny.Pipeline, task);
        int plane = probe.Start.Length / 4;
        float[] extra = probe.FirstInput[^((model.UnetChannels - 4) * plane)..];
        int first = task.Steps - (int)(task.Steps * task.Strength);

        double[] expected = new XlReference(model).Run(task, probe.Start, extra, first);

        Assert.Equal(task.Steps - first, probe.Steps);
        Near.Absolute("latents", expected, [.. probe.Final.Select(value => (double)value)], Tolerance);
    }

    private static async Task<string> DigestAsync(TemporaryFolder folder)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path, new() { Threads = 1 });
        return await pipeline.GetModelDigestAsync();
    }
}
