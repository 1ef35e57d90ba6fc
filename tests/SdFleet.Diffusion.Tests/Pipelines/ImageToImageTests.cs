using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Imaging.Tests;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class ImageToImageTests : IDisposable
{
    private const double BatchTolerance = 1e-4;

    private readonly TemporaryFolder _folder = new TinyModel().Write();
    private readonly StableDiffusionPipeline _pipeline;

    public ImageToImageTests() => _pipeline = StableDiffusionPipeline.Load(_folder.Path, new() { Threads = 1 });

    public void Dispose()
    {
        _pipeline.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Generate_OtherImageOrStrength_GivesOtherLatents()
    {
        GenerationTask task = Task(seed: 1);

        Assert.Equal(Latents(task), Latents(task));
        Assert.NotEqual(Latents(task), Latents(task with { InitImage = TestImages.Noise(64, 48, seed: 9) }));
        Assert.NotEqual(Latents(task), Latents(task with { Strength = 1 }));
        Assert.NotEqual(Latents(task), Latents(task with { InitImage = null }));
    }

    [Fact]
    public void Generate_InABatch_GivesWhatItGivesAlone()
    {
        GenerationTask[] tasks = [Task(seed: 1), Task(seed: 2) with { InitImage = TestImages.Plain(64, 48, 200), GuidanceScale = 1 }];

        float[] together = Latents(tasks);

        for (int i = 0; i < tasks.Length; i++)
        {
            float[] alone = Latents(tasks[i]);
            Golden.Near.Absolute($"image {i}", alone, together.AsSpan(i * alone.Length, alone.Length), BatchTolerance);
        }
    }

    [Theory]
    [InlineData(0.25, 2)]
    [InlineData(0.5, 4)]
    [InlineData(1, 8)]
    public void Generate_Strength_RunsThatPartOfTheSteps(double strength, int expected)
    {
        int steps = 0;

        _pipeline.Generate([Task(seed: 1) with { Steps = 8, Strength = strength }], new ProgressHandler(p => steps = p.Steps));

        Assert.Equal(expected, steps);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void Generate_StrengthThatCannotBe_IsRefused(double strength) =>
        Assert.Equal("Strength", Refusal(Task(seed: 1) with { Strength = strength }).ParamName);

    [Fact]
    public void Generate_ImageOfAnotherSize_IsRefused() =>
        Assert.Equal("InitImage", Refusal(Task(seed: 1) with { InitImage = new RgbImage(64, 64) }).ParamName);

    [Fact]
    public void Generate_ImageForSomeTasksOnly_IsRefused() =>
        Assert.Equal("InitImage", Refusal(Task(seed: 1), Task(seed: 2) with { InitImage = null }).ParamName);

    [Fact]
    public void Generate_ModelWithoutEncoder_SaysWhatIsMissing()
    {
        File.Delete(_folder["vae_encoder/model.onnx"]);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => _pipeline.Generate([Task(seed: 1)]));

        Assert.EndsWith("vae_encoder/model.onnx", error.File, StringComparison.Ordinal);
    }

    private GenerationTask Task(long seed) => _pipeline.CreateTask("a cat", seed) with
    {
        InitImage = TestImages.Noise(64, 48, seed: 4),
        Strength = 0.75,
    };

    private ArgumentException Refusal(params GenerationTask[] tasks) =>
        Assert.ThrowsAny<ArgumentException>(() => _pipeline.Generate(tasks));

    private float[] Latents(params GenerationTask[] tasks)
    {
        LatentsProbe probe = new();
        _pipeline.GenerateObserved(tasks, null, probe, default);
        return probe.Final;
    }
}
