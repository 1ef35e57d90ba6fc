using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Pipelines;

/// <summary>What holds for models of every kind.</summary>
public sealed class ModelKindTests
{
    private const double BatchTolerance = 1e-4;

    public static TheoryData<ModelKind> Kinds() => [.. Enum.GetValues<ModelKind>()];

    public static TheoryData<ModelKind, MaskBlending, string> Runs()
    {
        TheoryData<ModelKind, MaskBlending, string> runs = [];
        foreach (string scheduler in (string[])["ddim", "euler_a"])
        {
            foreach (ModelKind kind in Enum.GetValues<ModelKind>())
            {
                runs.Add(kind, MaskBlending.Hard, scheduler);
            }

            runs.Add(ModelKind.General, MaskBlending.Soft, scheduler);
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Generate_InABatch_GivesWhatItGivesAlone(ModelKind kind, MaskBlending blending, string scheduler)
    {
        using TinyPipeline pipeline = new(TinyModel.Of(kind));
        GenerationTask[] tasks =
        [
            .. Enumerable.Range(1, 3).Select(seed => KindTasks.Create(kind, seed) with
            {
                MaskBlending = blending,
                GuidanceScale = seed == 2 ? 1 : 7.5,
                Scheduler = new() { Name = scheduler, Eta = 1 },
            }),
        ];

        float[] together = pipeline.Latents(tasks);

        for (int i = 0; i < tasks.Length; i++)
        {
            float[] alone = pipeline.Latents(tasks[i]);
            Golden.Near.Absolute($"image {i}", alone, together.AsSpan(i * alone.Length, alone.Length), BatchTolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Generate_OddNumberOfLatents_GivesAnImageOfTheSize(ModelKind kind)
    {
        using TinyPipeline pipeline = new(TinyModel.Of(kind));

        RgbImage image = pipeline.Pipeline.Generate([KindTasks.Create(kind, seed: 1, width: 40, height: 24)])[0].Image;

        Assert.Equal((40, 24), (image.Width, image.Height));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Load_ChannelsOnlyInTheConfiguration_FindsTheKind(ModelKind kind)
    {
        TinyModel usual = TinyModel.Of(kind);
        TinyModel open = new()
        {
            UnetChannels = usual.UnetChannels,
            ExtraUnetInput = usual.ExtraUnetInput,
            ScaleFactor = usual.ScaleFactor,
            OpenChannels = true,
        };
        using TinyPipeline expected = new(usual), actual = new(open);
        GenerationTask task = KindTasks.Create(kind, seed: 1);

        Assert.Equal(kind, actual.Pipeline.Info.Kind);
        Assert.Equal(expected.Latents(task), actual.Latents(task));
    }

    [Theory]
    [InlineData(ModelKind.Inpainting)]
    [InlineData(ModelKind.DepthToImage)]
    public void Load_ModelThatAlwaysNeedsAnEncoder_SaysThatItIsMissing(ModelKind kind)
    {
        using TemporaryFolder folder = TinyModel.Of(kind).Write();
        File.Delete(folder["vae_encoder/model.onnx"]);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.EndsWith("vae_encoder/model.onnx", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UpscalerWithoutClassLabels_SaysWhatIsMissing()
    {
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => new TinyModel { UnetChannels = 7 }.Load());

        Assert.Contains("class_labels", error.Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{ "_class_name": "NoScheduler" }""")]
    public void Load_UpscalerWithABrokenNoiseSchedule_SaysWhichFile(string config)
    {
        using TemporaryFolder folder = TinyModel.Of(ModelKind.Upscaling).Write().Write("low_res_scheduler/scheduler_config.json", config);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.EndsWith("low_res_scheduler/scheduler_config.json", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UpscalerFolder_TakesItsNoiseScheduleAndHighestLevel()
    {
        using TinyPipeline usual = new(TinyModel.Of(ModelKind.Upscaling));
        using TemporaryFolder folder = TinyModel.Of(ModelKind.Upscaling).Write()
            .Write("low_res_scheduler/scheduler_config.json", """{ "_class_name": "DDPMScheduler", "beta_end": 0.1 }""")
            .Write("model_index.json", """{ "max_noise_level": 30 }""");
        using StableDiffusionPipeline own = StableDiffusionPipeline.Load(folder.Path);
        LatentsProbe probe = new();
        GenerationTask task = KindTasks.Create(ModelKind.Upscaling, seed: 3);

        Assert.Equal((350, 30), (usual.Pipeline.Info.MaxNoiseLevel, own.Info.MaxNoiseLevel));
        own.GenerateObserved([task], null, probe, default);
        Assert.NotEqual(usual.Latents(task), probe.Final);
        Assert.Equal("NoiseLevel", Assert.Throws<ArgumentException>(() => own.Generate([task with { NoiseLevel = 31 }])).ParamName);
    }

    [Fact]
    public void Generate_OtherNoiseLevel_GivesOtherLatents()
    {
        using TinyPipeline pipeline = new(TinyModel.Of(ModelKind.Upscaling));
        GenerationTask task = KindTasks.Create(ModelKind.Upscaling, seed: 1);

        Assert.NotEqual(pipeline.Latents(task), pipeline.Latents(task with { NoiseLevel = 0 }));
        Assert.Equal(pipeline.Latents(task with { NoiseLevel = null }), pipeline.Latents(task with { NoiseLevel = 20 }));
    }

    [Fact]
    public void Generate_DepthInAnotherUnit_GivesTheSameLatents()
    {
        using TinyPipeline pipeline = new(TinyModel.Of(ModelKind.DepthToImage));
        GenerationTask task = KindTasks.Create(ModelKind.DepthToImage, seed: 1);
        DepthMap map = task.DepthMap!;
        DepthMap scaled = new(map.Width, map.Height, [.. map.Values.ToArray().Select(value => (value * 50) + 7)]);
        DepthMap turned = new(map.Width, map.Height, [.. map.Values.ToArray().Select(value => -value)]);

        Golden.Near.Absolute("latents", pipeline.Latents(task), pipeline.Latents(task with { DepthMap = scaled }), 1e-4);
        Assert.NotEqual(pipeline.Latents(task), pipeline.Latents(task with { DepthMap = turned }));
    }
}
