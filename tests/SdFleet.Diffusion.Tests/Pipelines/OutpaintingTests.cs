using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Imaging.Tests;

namespace SdFleet.Diffusion.Tests.Pipelines;

public class OutpaintingTests
{
    private static readonly GenerationTask Task = new() { Prompt = "a cat", Seed = 3, Steps = 3 };

    [Theory]
    [InlineData(0, 0, 8, 0, 48, 32)]
    [InlineData(0, 0, 1, 0, 48, 32)]
    [InlineData(8, 8, 8, 8, 56, 48)]
    [InlineData(3, 0, 0, 0, 48, 32)]
    [InlineData(0, 5, 0, 4, 40, 48)]
    public void Apply_Sides_MakeASizeThatFits(int left, int top, int right, int bottom, int width, int height)
    {
        GenerationTask task = new Outpainting { Left = left, Top = top, Right = right, Bottom = bottom }
            .Apply(Task, TestImages.Noise(40, 32, seed: 1), sizeMultiple: 8);

        Assert.Equal((width, height), (task.Width, task.Height));
        Assert.Equal((width, height), (task.InitImage!.Width, task.InitImage.Height));
        Assert.Equal((width, height), (task.Mask!.Width, task.Mask.Height));
    }

    [Theory]
    [InlineData(3, 0, 0, 0, 8, 0)]
    [InlineData(3, 0, 1, 0, 3, 0)]
    [InlineData(0, 3, 0, 0, 0, 8)]
    [InlineData(0, 3, 0, 1, 0, 3)]
    public void Apply_RoundedUp_AddsToTheSideThatGrows(int left, int top, int right, int bottom, int x, int y)
    {
        RgbImage image = TestImages.Noise(40, 32, seed: 1);

        RgbImage canvas = new Outpainting { Left = left, Top = top, Right = right, Bottom = bottom }.Apply(Task, image, 8).InitImage!;

        for (int row = 0; row < image.Height; row++)
        {
            Assert.Equal(image.Row(row).ToArray(), canvas.Row(y + row).Slice(x * 3, image.Width * 3).ToArray());
        }
    }

    [Fact]
    public void Apply_Mask_FallsOverTheFeatherBesideSidesThatGrow()
    {
        GrayImage mask = new Outpainting { Right = 8, Feather = 3 }.Apply(Task, TestImages.Noise(40, 32, seed: 1), 8).Mask!;

        for (int y = 0; y < 32; y++)
        {
            Assert.Equal([0, 0, 64, 128, 191, 255, 255], mask.Pixels.Slice((y * 48) + 35, 7).ToArray());
            Assert.All(mask.Pixels.Slice(y * 48, 37).ToArray(), level => Assert.Equal(0, level));
        }
    }

    [Fact]
    public void Apply_NoFeather_IsBlackAndWhite()
    {
        GrayImage mask = new Outpainting { Left = 8, Bottom = 8, Feather = 0 }.Apply(Task, TestImages.Noise(40, 32, seed: 1), 8).Mask!;

        Assert.All(Enumerable.Range(0, mask.Pixels.Length), i =>
            Assert.Equal(i % 48 >= 8 && i / 48 < 32 ? 0 : 255, mask.Pixels[i]));
    }

    [Fact]
    public void Apply_Fill_HasTheEdgesColorsAndTheSeedsGrain()
    {
        // Left half dark, right half bright.
        RgbImage image = new(40, 32);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = i / 3 % 40 < 20 ? (byte)40 : (byte)200;
        }

        Outpainting both = new() { Left = 64, Right = 64 };
        RgbImage canvas = both.Apply(Task, image, 8).InitImage!;

        Assert.InRange(Mean(canvas, 40, 64), 35, 45);
        Assert.InRange(Mean(canvas, 104, 128), 195, 205);
        Assert.InRange(Mean(canvas, 0, 8), 45, 120);
        Assert.Equal(canvas.Pixels.ToArray(), both.Apply(Task, image, 8).InitImage!.Pixels.ToArray());
        Assert.NotEqual(canvas.Pixels.ToArray(), both.Apply(Task with { Seed = 4 }, image, 8).InitImage!.Pixels.ToArray());

        static double Mean(RgbImage canvas, int from, int to) =>
            Enumerable.Range(0, canvas.Height).Average(y => canvas.Row(y)[(from * 3)..(to * 3)].ToArray().Average(level => level));
    }

    [Theory]
    [InlineData(ModelKind.General, MaskBlending.Hard, 1)]
    [InlineData(ModelKind.General, MaskBlending.Soft, 0.75)]
    [InlineData(ModelKind.Inpainting, MaskBlending.Hard, 1)]
    public void Generate_Outpainting_KeepsTheImageOutsideTheFeather(ModelKind kind, MaskBlending blending, double strength)
    {
        using TinyPipeline pipeline = new(TinyModel.Of(kind));
        RgbImage image = TestImages.Noise(40, 32, seed: 1);
        GenerationTask task = new Outpainting { Left = 16, Top = 8, Feather = 6 }
            .Apply(Task with { Strength = strength, MaskBlending = blending }, image, pipeline.Pipeline.Info.RoundMultiple);

        RgbImage made = pipeline.Pipeline.Generate([task])[0].Image;
        RgbImage without = pipeline.Pipeline.Generate([task with { Overlay = false }])[0].Image;

        Assert.Equal((56, 40), (made.Width, made.Height));
        for (int y = 8 + 6; y < 40; y++)
        {
            Assert.Equal(image.Row(y - 8)[(6 * 3)..].ToArray(), made.Row(y)[(22 * 3)..].ToArray());
            Assert.Equal(without.Row(y)[..(16 * 3)].ToArray(), made.Row(y)[..(16 * 3)].ToArray());
        }

        Assert.NotEqual(image.Row(20)[(6 * 3)..].ToArray(), without.Row(28)[(22 * 3)..].ToArray());
        Assert.NotEqual(task.InitImage!.Row(28)[..(16 * 3)].ToArray(), made.Row(28)[..(16 * 3)].ToArray());
    }

    [Fact]
    public void Generate_Overlay_MixesUnderGray()
    {
        using TinyPipeline pipeline = new(new TinyModel());
        GenerationTask task = KindTasks.Create(ModelKind.General, seed: 1);
        RgbImage plain = pipeline.Pipeline.Generate([task])[0].Image;

        RgbImage overlaid = pipeline.Pipeline.Generate([task with { Overlay = true }])[0].Image;

        Assert.All(Enumerable.Range(0, plain.Pixels.Length), i =>
        {
            double share = task.Mask!.Pixels[i / 3] / 255.0;
            Assert.Equal((plain.Pixels[i] * share) + (task.InitImage!.Pixels[i] * (1 - share)), overlaid.Pixels[i], tolerance: 0.51);
        });
    }

    public static TheoryData<Outpainting, string> Wrong() => new()
    {
        { new(), "at least one side must grow" },
        { new() { Left = -1 }, "Left is -1; it must be within 0 to 4096" },
        { new() { Right = 5000 }, "Right is 5000" },
        { new() { Top = 1, Feather = -1 }, "Feather is -1" },
        { new() { Bottom = 4090 }, "Height of the canvas is 0 + 32 + 4090 pixels; at most 4096" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Apply_WhatCannotBe_NamesFieldAndLimit(Outpainting outpainting, string expected)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => outpainting.Apply(Task, new RgbImage(40, 32), 8));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
