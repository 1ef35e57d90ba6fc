using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class StableDiffusionPipelineTests : IDisposable
{
    // Matrix kernels may sum in another order for another batch size.
    private const double BatchTolerance = 1e-4;

    private readonly StableDiffusionPipeline _pipeline = new TinyModel().Load();

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public void Generate_OneTask_GivesAnImageOfTheSize()
    {
        GeneratedImage image = Assert.Single(_pipeline.Generate([_pipeline.CreateTask("a cat", seed: 7)]));

        Assert.Equal((64, 48), (image.Image.Width, image.Image.Height));
        Assert.Equal(7, image.Seed);
        Assert.Equal(ImageDefects.None, image.Defects);
        Assert.Equal(0, image.DroppedTokens);
        Assert.True(image.Timings.Denoise > TimeSpan.Zero);
    }

    [Fact]
    public void Generate_SameTaskTwice_GivesTheSamePixels()
    {
        GenerationTask task = _pipeline.CreateTask("a cat", seed: 7);

        Assert.Equal(Pixels(task), Pixels(task));
    }

    [Fact]
    public void Generate_OtherSeedOrPrompt_GivesOtherPixels()
    {
        GenerationTask task = _pipeline.CreateTask("a cat", seed: 7);

        Assert.NotEqual(Pixels(task), Pixels(task with { Seed = 8 }));
        Assert.NotEqual(Pixels(task), Pixels(task with { Prompt = "a dog" }));
        Assert.NotEqual(Pixels(task), Pixels(task with { NegativePrompt = "a dog" }));
        Assert.NotEqual(Pixels(task), Pixels(task with { NoiseSource = Diffusion.Noise.NoiseSource.Cuda }));
    }

    [Theory]
    [InlineData("ddim", 0)]
    [InlineData("ddim", 1)]
    [InlineData("euler_a", 0)]
    [InlineData("pndm", 0)]
    public void Generate_InABatch_GivesWhatItGivesAlone(string scheduler, double eta)
    {
        GenerationTask first = _pipeline.CreateTask("a cat", seed: 1) with { Scheduler = new() { Name = scheduler, Eta = eta } };
        GenerationTask[] tasks =
        [
            first,
            first with { Prompt = "two dogs", Seed = 2, GuidanceScale = 1 },
            first with { Prompt = "a house", Seed = 3, GuidanceScale = 9, NegativePrompt = "blurry", GuidanceRescale = 0.5 },
            first with { Prompt = "a tree", Seed = long.MinValue, NoiseSource = Diffusion.Noise.NoiseSource.Cuda },
        ];

        float[] together = Latents(tasks);

        for (int i = 0; i < tasks.Length; i++)
        {
            float[] alone = Latents(tasks[i]);
            Golden.Near.Absolute($"image {i}", alone, together.AsSpan(i * alone.Length, alone.Length), BatchTolerance);
        }
    }

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(7.5, 1, 3)]
    [InlineData(7.5, 7.5, 4)]
    [InlineData(0, 0.5, 2)]
    public void Generate_Guidance_TakesASecondRowOnlyWhereItIsUsed(double first, double second, int rows)
    {
        LatentsProbe probe = new() { BatchSize = 2 };
        GenerationTask task = _pipeline.CreateTask("a cat") with { GuidanceScale = first };

        _pipeline.GenerateObserved([task, task with { GuidanceScale = second }], null, probe, default);

        Assert.Equal(rows, probe.UnetRows);
    }

    [Fact]
    public void Generate_LongPrompt_SaysHowManyTokensWereDropped()
    {
        GenerationTask task = _pipeline.CreateTask(string.Join(' ', Enumerable.Repeat("cat", 80)));

        Assert.Equal(5, _pipeline.Generate([task])[0].DroppedTokens);
    }

    [Theory]
    [InlineData("ddim", 4, 4)]
    [InlineData("pndm", 4, 5)]
    [InlineData("heun", 4, 7)]
    public void Generate_Progress_CountsEachRunOfTheUnet(string scheduler, int steps, int expected)
    {
        List<GenerationProgress> seen = [];
        GenerationTask task = _pipeline.CreateTask("a cat") with { Steps = steps, Scheduler = new() { Name = scheduler } };

        _pipeline.Generate([task, task with { Seed = 2 }], new ProgressHandler(seen.Add));

        Assert.Equal(Enumerable.Range(1, expected), seen.Select(p => p.Step));
        Assert.All(seen, p => Assert.Equal((expected, 2), (p.Steps, p.Images)));
        Assert.Equal(seen.Select(p => p.Elapsed).Order(), seen.Select(p => p.Elapsed));
    }

    [Fact]
    public void Generate_DecoderThatGivesNoNumbers_IsReported()
    {
        using StableDiffusionPipeline broken = new TinyModel { DecoderGain = float.NaN }.Load();

        ImageDefects defects = broken.Generate([broken.CreateTask("a cat")])[0].Defects;

        Assert.Equal(ImageDefects.NotANumber | ImageDefects.Blank, defects);
    }

    [Fact]
    public void Generate_DecoderThatGivesOneColor_IsReported()
    {
        using StableDiffusionPipeline blank = new TinyModel { DecoderGain = 0 }.Load();

        Assert.Equal(ImageDefects.Blank, blank.Generate([blank.CreateTask("a cat")])[0].Defects);
    }

    [Fact]
    public void Generate_FromSeveralThreads_GivesWhatOneGives()
    {
        GenerationTask[] tasks =
            [.. Enumerable.Range(0, 8).Select(i => _pipeline.CreateTask("a cat", seed: i) with { Width = 32 + (i % 2 * 32) })];
        byte[][] expected = [.. tasks.Select(Pixels)];

        byte[][] actual = [.. tasks.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(Pixels)];

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void CreateTask_ModelWithDefaults_TakesThem()
    {
        GenerationTask task = _pipeline.CreateTask("x");

        Assert.Equal((64, 48, 4, 3.5), (task.Width, task.Height, task.Steps, task.GuidanceScale));
        Assert.Equal([new ImageSize(64, 48)], _pipeline.Defaults.Sizes);
    }

    [Fact]
    public void Info_LoadedModel_SaysWhatRuns()
    {
        Assert.Equal("StableDiffusionPipeline", _pipeline.Info.PipelineClass);
        Assert.Equal("DDIMScheduler", _pipeline.Info.Scheduler.ClassName);
        Assert.Equal("CPU", _pipeline.Info.Device);
        Assert.Equal(8, _pipeline.Info.SizeMultiple);
        Assert.StartsWith("1.", _pipeline.Info.RuntimeVersion, StringComparison.Ordinal);
        Assert.Equal(3, _pipeline.Info.Components.Count);
    }

    [Fact]
    public async Task GetModelDigestAsync_FolderElsewhere_IsTheSameUntilAFileChanges()
    {
        using TemporaryFolder first = new TinyModel().Write();
        using TemporaryFolder second = new TinyModel().Write().Write("readme.md", "does not count");
        using TemporaryFolder third = new TinyModel { DecoderGain = 2 }.Write();

        Assert.Equal(await DigestAsync(first), await DigestAsync(second));
        Assert.NotEqual(await DigestAsync(first), await DigestAsync(third));
    }

    [Fact]
    public void Generate_AfterDispose_IsRefused()
    {
        StableDiffusionPipeline pipeline = new TinyModel().Load();
        pipeline.Dispose();
        pipeline.Dispose();

        Assert.Throws<ObjectDisposedException>(() => pipeline.Generate([new() { Prompt = "x" }]));
    }

    private static async Task<string> DigestAsync(TemporaryFolder folder)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path);
        return await pipeline.GetModelDigestAsync();
    }

    private byte[] Pixels(GenerationTask task) => _pipeline.Generate([task])[0].Image.Pixels.ToArray();

    private float[] Latents(params GenerationTask[] tasks)
    {
        LatentsProbe probe = new();
        _pipeline.GenerateObserved(tasks, null, probe, default);
        return probe.Final;
    }
}
