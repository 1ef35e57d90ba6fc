using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Pipelines;

/// <summary>With a U-Net that really asks the system for more memory than there is, as soon as the batch has too many rows.</summary>
public sealed class OutOfMemoryTests
{
    // Matrix kernels may sum in another order for another batch size; a level more or less is what that can do.
    private const int BatchTolerance = 1;

    [Theory]
    [InlineData(4, 4, 4)]
    [InlineData(2, 4, 2)]
    [InlineData(1, 5, 1)]
    [InlineData(3, 7, 2)]
    public void Generate_BatchThatDoesNotFit_IsMadeInPartsWithTheSameImages(int fits, int images, int batch)
    {
        using StableDiffusionPipeline small = new TinyModel { MaxRows = fits * 2 }.Load();
        using StableDiffusionPipeline large = new TinyModel().Load();
        GenerationTask[] tasks = Tasks(large, images);

        IReadOnlyList<GeneratedImage> made = small.Generate(tasks);

        Assert.Equal(tasks, made.Select(image => image.Task));
        Assert.Equal(batch, made.Max(image => image.BatchSize));
        Assert.All(made.Zip(large.Generate(tasks)), pair => AssertSame(pair.Second, pair.First));
    }

    [Fact]
    public void Generate_AfterASplit_RemembersWhatFitted()
    {
        using StableDiffusionPipeline pipeline = new TinyModel { MaxRows = 4 }.Load();
        GenerationTask[] tasks = Tasks(pipeline, 4);
        using RunCounter runs = new();

        pipeline.Generate(tasks);
        int first = runs["unet"];
        pipeline.Generate(tasks);

        // Two batches of four steps each, and the run that failed.
        Assert.Equal(9, first);
        Assert.Equal(8, runs["unet"] - first);

        // Another size has not been tried yet.
        pipeline.Generate([.. tasks.Select(task => task with { Width = 32 })]);
        Assert.Equal(26, runs["unet"]);
    }

    [Fact]
    public void Generate_SplitBatch_CountsProgressOnce()
    {
        using StableDiffusionPipeline pipeline = new TinyModel { MaxRows = 4 }.Load();
        List<GenerationProgress> seen = [];

        pipeline.Generate(Tasks(pipeline, 3), new ProgressHandler(seen.Add));

        Assert.All(seen, p => Assert.Equal((12, 3), (p.Steps, p.Images)));
        Assert.Equal([2, 4, 6, 8, 9, 10, 11, 12], seen.Select(p => p.Step));
        Assert.Equal(seen.Select(p => p.Elapsed).Order(), seen.Select(p => p.Elapsed));
    }

    [Fact]
    public void Generate_OneImageThatDoesNotFit_SaysSoAndWhatToDo()
    {
        using StableDiffusionPipeline pipeline = new TinyModel { MaxRows = 1 }.Load();

        InferenceException error = Assert.Throws<InferenceException>(() => pipeline.Generate(Tasks(pipeline, 2)));

        Assert.True(error.IsOutOfMemory);
        Assert.EndsWith("unet/model.onnx", error.File, StringComparison.Ordinal);
        Assert.Contains("one image of 64x48", error.Message, StringComparison.Ordinal);
        Assert.Contains("smaller image", error.Message, StringComparison.Ordinal);

        // Without guidance it is half as much, and fits.
        Assert.Single(pipeline.Generate([pipeline.CreateTask("a cat") with { GuidanceScale = 1 }]));
    }

    [Theory]
    [InlineData("vae_decoder/model.onnx", "out of memory")]
    [InlineData("unet/model.onnx", "an illegal memory access was encountered")]
    public void Run_FailureThatASmallerBatchDoesNotHelp_IsNotTriedAgain(string file, string message)
    {
        using StableDiffusionPipeline pipeline = new TinyModel().Load();
        int calls = 0;

        InferenceException error = Assert.Throws<InferenceException>(() => new BatchSplitter().Run(
            Tasks(pipeline, 4),
            new(64, 48),
            "unet/model.onnx",
            null,
            (_, _) => calls++ >= 0 ? throw new InferenceException(file, new InvalidOperationException(message)) : []));

        Assert.Equal(1, calls);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("GuidanceScale", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CUDA failure 2: out of memory ; GPU=0", true)]
    [InlineData("CUDA_ERROR_OUT_OF_MEMORY", true)]
    [InlineData("Available memory of 1024 is smaller than requested bytes of 4096", true)]
    [InlineData("Failed to allocate memory for requested buffer of size 140737488355332", true)]
    [InlineData("CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED", true)]
    [InlineData("std::bad_alloc", true)]
    [InlineData("CUDA failure 700: an illegal memory access was encountered", false)]
    [InlineData("Non-zero status code returned while running Reshape node", false)]
    public void Is_WordsOfTheProviders_AreRecognised(string message, bool expected) =>
        Assert.Equal(expected, OutOfMemory.Is(new InvalidOperationException(message)));

    private static GenerationTask[] Tasks(StableDiffusionPipeline pipeline, int count) =>
        [.. Enumerable.Range(0, count).Select(i => pipeline.CreateTask($"a cat {i}", seed: i) with { Scheduler = new() { Name = "euler_a" } })];

    private static void AssertSame(GeneratedImage expected, GeneratedImage actual)
    {
        byte[] first = expected.Image.Pixels.ToArray(), second = actual.Image.Pixels.ToArray();
        Assert.All(first.Zip(second), pair => Assert.InRange(pair.Second - pair.First, -BatchTolerance, BatchTolerance));
    }
}
