using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;

namespace SdFleet.Diffusion.Tests.Pipelines;

/// <summary>Models distilled for few steps: those told the guidance scale (LCM), and those that have none (Turbo).</summary>
public sealed class FewStepModelTests
{
    private const double Tolerance = 2e-4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Generate_TrailingStepsWithoutGuidance_GivesWhatTheFormulasGive(int steps)
    {
        TinyXlModel model = new() { Spacing = "trailing" };

        LatentsProbe probe = XlRuns.Check(model, Tolerance, XlRuns.Task() with { Steps = steps, GuidanceScale = 0 });

        Assert.Equal((1, steps), (probe.UnetRows, probe.Steps));
    }

    [Fact]
    public void Generate_AncestralAtOneStep_JumpsToTheCleanLatentsAsEulerDoes()
    {
        GenerationTask task = XlRuns.Task() with { Steps = 1, GuidanceScale = 0 };
        using StableDiffusionPipeline turbo = new TinyXlModel { Scheduler = "EulerAncestralDiscreteScheduler", Spacing = "trailing" }.Load();
        using StableDiffusionPipeline euler = new TinyXlModel { Spacing = "trailing" }.Load();

        Near.Absolute("latents", XlRuns.Run(euler, task).Final, XlRuns.Run(turbo, task).Final, 1e-5);
    }

    [Theory]
    [InlineData(8.5)]
    [InlineData(1)]
    [InlineData(0)]
    public void Generate_ModelToldTheGuidanceScale_RunsOneRowAndFollowsIt(double scale)
    {
        // Waves of thousands of radians in float32, as in diffusers, are off by some thousandths.
        const double WaveTolerance = 2e-3;
        TinyXlModel model = new() { GuidanceWidth = 256 };
        GenerationTask task = XlRuns.Task() with { GuidanceScale = scale };

        LatentsProbe probe = XlRuns.Check(model, WaveTolerance, task, task with { Seed = 6, GuidanceScale = 3 });

        Assert.Equal(2, probe.UnetRows);
    }

    [Fact]
    public void Generate_LcmSchedulerWithGuidanceInput_DependsOnTheScale()
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel { GuidanceWidth = 8, Scheduler = "LCMScheduler" }.Load();
        GenerationTask task = pipeline.CreateTask("a cat") with { Width = 64, Height = 48 };

        Assert.True(pipeline.Info.GuidanceIsInput);
        Assert.Equal(4, XlRuns.Run(pipeline, task).Steps);
        Assert.NotEqual(XlRuns.Run(pipeline, task).Final, XlRuns.Run(pipeline, task with { GuidanceScale = 2 }).Final);
    }

    // What diffusers' get_guidance_scale_embedding is by its formula: sines, then cosines, of 1000 w times falling frequencies.
    [Theory]
    [InlineData(1, 8)]
    [InlineData(8.5, 256)]
    [InlineData(0, 7)]
    public void Of_AnyScale_GivesSinesAndCosines(double scale, int width)
    {
        float[] vector = GuidanceVector.Of(scale, width);

        int half = width / 2;
        double[] expected = new double[width];
        for (int i = 0; i < half; i++)
        {
            double angle = (scale - 1) * 1000 * Math.Exp(-Math.Log(10_000) * i / (half - 1));
            (expected[i], expected[half + i]) = (Math.Sin(angle), Math.Cos(angle));
        }

        Near.Absolute("vector", expected, [.. vector.Select(value => (double)value)], 2e-3);
    }

    [Theory]
    [InlineData("EulerDiscreteScheduler", "leading", 0, 1024, 50, 5)]
    [InlineData("DDIMScheduler", "trailing", 0, 1024, 50, 5)]
    [InlineData("EulerDiscreteScheduler", "trailing", 0, 1024, 4, 0)]
    [InlineData("EulerAncestralDiscreteScheduler", "trailing", 0, 1024, 4, 0)]
    [InlineData("LCMScheduler", "leading", 0, 1024, 4, 1)]
    [InlineData("LCMScheduler", "leading", 256, 1024, 4, 8.5)]
    public void Defaults_FolderWithoutItsOwn_AreThoseOfItsSort(
        string scheduler, string spacing, int guidanceWidth, int side, int steps, double guidance)
    {
        using StableDiffusionPipeline pipeline = new TinyXlModel
        {
            Scheduler = scheduler,
            Spacing = spacing,
            GuidanceWidth = guidanceWidth,
        }.Load();
        ModelDefaults defaults = pipeline.Defaults;

        Assert.Equal((side, side, steps, guidance), (defaults.Width, defaults.Height, defaults.Steps, defaults.GuidanceScale));
    }

    [Fact]
    public void Defaults_InpaintingModelAndUnknownSize_AreDiffusersOwn()
    {
        using TemporaryFolder folder = new TinyXlModel { UnetChannels = 9 }.Write().Write("unet/config.json", "{}");
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path);

        Assert.Equal((1024, 1024, 7.5), (pipeline.Defaults.Width, pipeline.Defaults.Height, pipeline.Defaults.GuidanceScale));
    }

    [Theory]
    [InlineData(ModelKind.General, 50, 7.5)]
    [InlineData(ModelKind.Inpainting, 50, 7.5)]
    [InlineData(ModelKind.DepthToImage, 50, 7.5)]
    [InlineData(ModelKind.Upscaling, 75, 9)]
    public void Defaults_KindWithoutItsOwn_AreThoseOfDiffusersPipelineForIt(ModelKind kind, int steps, double guidance)
    {
        using TemporaryFolder folder = TinyModel.Of(kind).Write().Write("sdfleet.json", "{}");
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path, new() { Threads = 1 });

        Assert.Equal((steps, guidance), (pipeline.Defaults.Steps, pipeline.Defaults.GuidanceScale));
    }
}
