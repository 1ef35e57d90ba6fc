using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class SafetyCheckTests
{
    [Theory]
    [InlineData(SafetyCheck.Off, -10, null, false)]
    [InlineData(SafetyCheck.Flag, -10, true, false)]
    [InlineData(SafetyCheck.Flag, 10, false, false)]
    [InlineData(SafetyCheck.Blank, -10, true, true)]
    [InlineData(SafetyCheck.Blank, 10, false, false)]
    public void Generate_ModelWithAChecker_DoesWhatTheTaskAsks(SafetyCheck check, float level, bool? isUnsafe, bool black)
    {
        using TinyPipeline tiny = new(new() { UnsafeAbove = level });
        GenerationTask task = tiny.Pipeline.CreateTask("a cat", seed: 7);
        byte[] usual = tiny.Pipeline.Generate([task])[0].Image.Pixels.ToArray();

        GeneratedImage image = tiny.Pipeline.Generate([task with { SafetyCheck = check }])[0];

        Assert.True(tiny.Pipeline.Info.HasSafetyChecker);
        Assert.Equal(isUnsafe, image.IsUnsafe);
        Assert.Equal(black ? new byte[usual.Length] : usual, image.Image.Pixels.ToArray());
    }

    [Fact]
    public void Generate_Batch_JudgesEachImageByItself()
    {
        using TinyPipeline probe = new(new() { UnsafeAbove = 0 });
        GenerationTask[] tasks = [.. Enumerable.Range(0, 8).Select(i =>
            probe.Pipeline.CreateTask("a cat", seed: i) with { SafetyCheck = i % 2 == 0 ? SafetyCheck.Flag : SafetyCheck.Off })];

        bool?[] together = [.. probe.Pipeline.Generate(tasks).Select(image => image.IsUnsafe)];

        Assert.Equal([.. tasks.Select(task => probe.Pipeline.Generate([task])[0].IsUnsafe)], together);
        Assert.Equal(tasks.Select(task => task.SafetyCheck == SafetyCheck.Off), together.Select(verdict => verdict is null));
    }

    [Fact]
    public void Generate_ModelWithoutAChecker_RefusesToAskIt()
    {
        // PyTorch's weights are of no use here.
        using TemporaryFolder folder = new TinyModel().Write().Write("safety_checker/pytorch_model.bin", "weights");
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path, new() { Threads = 1 });

        ArgumentException error = Assert.Throws<ArgumentException>(
            () => pipeline.Generate([pipeline.CreateTask("a cat") with { SafetyCheck = SafetyCheck.Flag }]));

        Assert.False(pipeline.Info.HasSafetyChecker);
        Assert.Equal("SafetyCheck", error.ParamName);
    }
}
