using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Imaging.Tests;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class HiresTests : IDisposable
{
    private readonly TinyPipeline _tiny = new(new TinyModel());

    private StableDiffusionPipeline Pipeline => _tiny.Pipeline;

    public static TheoryData<HiresUpscaler> Upscalers() => [.. Enum.GetValues<HiresUpscaler>()];

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [MemberData(nameof(Upscalers))]
    public void GenerateHires_SameSeed_GivesTheSameLargeImage(HiresUpscaler upscaler)
    {
        HiresOptions options = new() { Scale = 1.5, Upscaler = upscaler };
        GenerationTask[] tasks = [Task(1), Task(2)];

        IReadOnlyList<GeneratedImage> images = Pipeline.GenerateHires(tasks, options);

        Assert.Equal((96, 72), (images[0].Image.Width, images[0].Image.Height));
        Assert.Equal(tasks, images.Select(image => image.Task));
        Assert.Equal(Pixels(images[0]), Pixels(Pipeline.GenerateHires(tasks, options)[0]));
        Assert.NotEqual(Pixels(images[0]), Pixels(images[1]));
        AssertNear(Pixels(images[1]), Pixels(Pipeline.GenerateHires([tasks[1]], options)[0]));
    }

    [Theory]
    [InlineData(HiresUpscaler.Lanczos, ResizeFilter.Lanczos)]
    [InlineData(HiresUpscaler.Bicubic, ResizeFilter.Bicubic)]
    public void GenerateHires_OfPixels_IsImageToImageOfTheEnlargedImage(HiresUpscaler upscaler, ResizeFilter filter)
    {
        RgbImage small = Pipeline.Generate([Task(1)])[0].Image;
        GenerationTask large = Task(1) with
        {
            Width = 128,
            Height = 96,
            InitImage = ImageResize.Resize(small, 128, 96, filter),
            Strength = 0.75,
            Steps = 8,
        };

        RgbImage image = Pipeline.GenerateHires([Task(1)], new() { Upscaler = upscaler, Strength = 0.75, Steps = 8 })[0].Image;

        Assert.Equal(Pixels(Pipeline.Generate([large])[0]), image.Pixels.ToArray());
    }

    [Fact]
    public void GenerateHires_Upscalers_GiveDifferentImages()
    {
        List<byte[]> images = [.. Enum.GetValues<HiresUpscaler>().Select(u => Pixels(Pipeline.GenerateHires([Task(1)], new() { Upscaler = u })[0]))];

        Assert.Equal(images.Count, images.Select(Convert.ToHexString).Distinct().Count());
    }

    [Theory]
    [InlineData("ddim", 4, 4 + 3)]
    [InlineData("heun", 4, 7 + 5)]
    public void GenerateHires_Progress_RunsOverBothPasses(string scheduler, int steps, int all)
    {
        List<GenerationProgress> reports = [];
        GenerationTask task = Task(1) with { Steps = steps, Scheduler = new() { Name = scheduler } };

        Pipeline.GenerateHires([task], new() { Strength = 0.75 }, new ProgressHandler(reports.Add));

        Assert.Equal(Enumerable.Range(1, all), reports.Select(report => report.Step));
        Assert.All(reports, report => Assert.Equal(all, report.Steps));
        Assert.Equal(reports.Select(r => r.Elapsed).Order(), reports.Select(r => r.Elapsed));
    }

    [Fact]
    public void GenerateHires_UnetThatHalves_RoundsToWhatItCanHalve()
    {
        using TemporaryFolder folder = new TinyModel().Write()
            .Write("unet/config.json", """{ "in_channels": 4, "block_out_channels": [32, 64, 64] }""");
        using StableDiffusionPipeline halving = StableDiffusionPipeline.Load(folder.Path, new() { Threads = 1 });

        RgbImage image = halving.GenerateHires([Task(1)], new() { Scale = 1.2 })[0].Image;

        Assert.Equal((8, 32), (halving.Info.SizeMultiple, halving.Info.RoundMultiple));
        Assert.Equal((64, 64), (image.Width, image.Height));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("3")]
    public void Load_BlocksThatAreNone_NamesFileAndValue(string blocks)
    {
        using TemporaryFolder folder = new TinyModel().Write()
            .Write("unet/config.json", $$"""{ "in_channels": 4, "block_out_channels": {{blocks}} }""");

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => StableDiffusionPipeline.Load(folder.Path));

        Assert.EndsWith("unet/config.json", error.File, StringComparison.Ordinal);
        Assert.Equal(blocks, error.Found);
    }

    [Fact]
    public void GenerateHires_FromAnImage_UsesTheTasksStrengthInTheFirstPass()
    {
        GenerationTask task = Task(1) with { InitImage = TestImages.Noise(64, 48, seed: 1), Strength = 0.5 };
        List<GenerationProgress> reports = [];

        Pipeline.GenerateHires([task], new() { Strength = 0.75 }, new ProgressHandler(reports.Add));

        Assert.Equal(2 + 3, reports.Count);
    }

    public static TheoryData<HiresOptions, string> Wrong() => new()
    {
        { new() { Scale = 1 }, "Scale is 1; it must be above 1 and at most 8" },
        { new() { Scale = double.NaN }, "Scale is NaN" },
        { new() { Strength = 1.5 }, "Strength is 1.5; it must be within 0 to 1" },
        { new() { Strength = 0.1 }, "Strength is 0.1, which leaves no step" },
        { new() { Steps = 0 }, "0" },
        { new() { Upscaler = (HiresUpscaler)9 }, "Upscaler is 9" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void GenerateHires_WhatCannotBe_IsRefusedBeforeTheFirstStep(HiresOptions options, string expected)
    {
        int steps = 0;

        ArgumentException error = Assert.ThrowsAny<ArgumentException>(
            () => Pipeline.GenerateHires([Task(1)], options, new ProgressHandler(_ => steps++)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, steps);
    }

    [Fact]
    public void GenerateHires_TooLarge_NamesTheSide()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Pipeline.GenerateHires([Task(1) with { Width = 1024 }], new() { Scale = 8 }));

        Assert.Contains("Width is 8192", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GenerateHires_WithAMaskOrAnotherKind_IsRefused()
    {
        using TinyPipeline inpainting = new(TinyModel.Of(ModelKind.Inpainting));

        Assert.Contains("Mask", Refusal(Pipeline, ModelKind.General), StringComparison.Ordinal);
        Assert.Contains("General; this one is Inpainting", Refusal(inpainting.Pipeline, ModelKind.Inpainting), StringComparison.Ordinal);

        static string Refusal(StableDiffusionPipeline pipeline, ModelKind kind) =>
            Assert.Throws<ArgumentException>(() => pipeline.GenerateHires([KindTasks.Create(kind, seed: 1)], new())).Message;
    }

    // By hand, as PyTorch 2 gives them for [0, 1, 2, 3] in one row: interpolate(size=(1, 6)).
    [Theory]
    [InlineData(HiresUpscaler.LatentNearestExact, new[] { 0f, 1, 1, 2, 3, 3 })]
    [InlineData(HiresUpscaler.LatentBilinear, new[] { 0f, 0.5f, 1.16667f, 1.83333f, 2.5f, 3 })]
    public void Resize_ARow_IsPyTorchs(HiresUpscaler upscaler, float[] expected)
    {
        float[] row = LatentResize.Resize([0, 1, 2, 3], new LatentShape(1, 1, 4), new LatentShape(1, 1, 6), upscaler);

        Golden.Near.Absolute("row", expected, row, 1e-4);
    }

    [Fact]
    public void Resize_Planes_StayApart()
    {
        float[] two = [1, 1, 1, 1, 5, 5, 5, 5];
        foreach (HiresUpscaler upscaler in (HiresUpscaler[])
            [HiresUpscaler.LatentNearestExact, HiresUpscaler.LatentBilinear, HiresUpscaler.LatentBicubic])
        {
            float[] large = LatentResize.Resize(two, new(2, 2, 2), new(2, 3, 4), upscaler);

            Golden.Near.Absolute("planes", [.. Enumerable.Repeat(1f, 12), .. Enumerable.Repeat(5f, 12)], large, 1e-6);
        }
    }

    private static byte[] Pixels(GeneratedImage image) => image.Image.Pixels.ToArray();

    private static void AssertNear(byte[] expected, byte[] actual) =>
        Assert.InRange(expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max(), 0, 1);

    private GenerationTask Task(long seed) => Pipeline.CreateTask("a cat", seed);
}
