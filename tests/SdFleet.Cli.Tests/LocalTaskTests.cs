using System.Text.Json;
using SdFleet.Cli.Tests.Support;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Tests;

/// <summary>What <c>sdfleet generate --local</c> makes of other pictures, with the bundled model.</summary>
public sealed class LocalTaskTests : IDisposable
{
    private const string Prompt = "a red circle on a blue background";
    private const int Side = 128;

    private readonly TempFolder _folder = new();
    private readonly string _init;

    public LocalTaskTests() => _init = Save("init.png", Gradient(Side, Side));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Generate_Init_BeginsWithThePicture()
    {
        var far = await DrawAsync("--init", _init, "--strength", "1");
        var near = await DrawAsync("--init", _init, "--strength", "0.25");

        Assert.True(Distance(near, Gradient(Side, Side)) < Distance(far, Gradient(Side, Side)));
        Assert.Equal("0.25", Read(File.ReadAllBytes(_folder.Of("1.png")))["Denoising strength"]);
    }

    [Fact]
    public async Task Generate_InitOfAnotherSize_IsScaledAndCut()
    {
        // What is cut off on both sides of a picture twice as wide is white.
        var wide = new RgbImage(4 * Side, 2 * Side);
        wide.Pixels.Fill(255);
        for (var y = 0; y < wide.Height; y++)
        {
            wide.Row(y)[(Side * 3)..(3 * Side * 3)].Clear();
        }

        var image = await DrawAsync("--init", Save("wide.png", wide), "--strength", "0.25");

        Assert.Equal((Side, Side), (image.Width, image.Height));
        Assert.InRange(image.Pixels.ToArray().Average(level => level), 0, 40);
    }

    [Fact]
    public async Task Generate_Mask_KeepsWhatIsBlack()
    {
        var mask = new RgbImage(Side, Side);
        for (var y = 0; y < Side / 2; y++)
        {
            mask.Row(y).Fill(255);
        }

        var file = Save("mask.png", mask);
        var kept = await DrawAsync("--init", _init, "--mask", file);
        var not = await DrawAsync("--init", _init, "--mask", file, "--no-overlay");

        var given = Gradient(Side, Side);
        Assert.Equal(given.Pixels[(Side / 2 * Side * 3)..].ToArray(), kept.Pixels[(Side / 2 * Side * 3)..].ToArray());
        Assert.NotEqual(given.Pixels[(Side / 2 * Side * 3)..].ToArray(), not.Pixels[(Side / 2 * Side * 3)..].ToArray());
        Assert.NotEqual(given.Row(10).ToArray(), kept.Row(10).ToArray());
    }

    [Fact]
    public async Task Generate_Outpaint_KeepsThePictureInALargerOne()
    {
        var image = await DrawAsync("--init", Save("small.png", Gradient(96, 100)), "--outpaint", "30,0,0,20", "--feather", "8");

        Assert.Equal((128, 128), (image.Width, image.Height));
        var given = Gradient(96, 100);
        for (var y = 0; y < 100 - 8; y++)
        {
            Assert.Equal(given.Row(y)[(8 * 3)..].ToArray(), image.Row(y)[((32 + 8) * 3)..].ToArray());
        }

        Assert.Equal("30 0 0 20", Read(File.ReadAllBytes(_folder.Of("1.png")))["Outpainting"]);
    }

    [Fact]
    public async Task Generate_Hires_IsLarger()
    {
        var image = await DrawAsync("--hires", "1.5", "--hires-upscaler", "latentbilinear", "--hires-strength", "0.5");

        Assert.Equal((192, 192), (image.Width, image.Height));
        var texts = Read(File.ReadAllBytes(_folder.Of("1.png")));
        Assert.Equal("128x128", texts["Size"]);
        Assert.Equal("1.5", texts["Hires upscale"]);
        Assert.Equal("LatentBilinear", texts["Hires upscaler"]);
        Assert.Equal("0.5", texts["Denoising strength"]);
    }

    // Which of the bundled models is meant, the options say.
    [Fact]
    public async Task Generate_Upscale_MakesItFourTimesLarger()
    {
        var image = await DrawAsync("--upscale", Save("small.png", Gradient(40, 24)), "--noise-level", "0");

        Assert.Equal((160, 96), (image.Width, image.Height));
        var texts = Read(File.ReadAllBytes(_folder.Of("1.png")));
        Assert.Equal(("shapes-upscale", "0"), (texts["Model"], texts["Noise level"]));
    }

    [Fact]
    public async Task Generate_Depth_UsesTheModelForIt()
    {
        var image = await DrawAsync("--init", _init, "--depth", _init, "--strength", "1");

        Assert.Equal((Side, Side), (image.Width, image.Height));
        Assert.Equal("shapes-depth", Read(File.ReadAllBytes(_folder.Of("1.png")))["Model"]);
    }

    [Fact]
    public async Task Generate_BundledLora_ChangesThePicture()
    {
        var plain = await DrawAsync();
        var none = await DrawAsync("--lora", "hollow:0");
        var adapted = await DrawAsync("--lora", "hollow");

        Assert.Equal(0, Distance(plain, none));
        Assert.NotEqual(0, Distance(plain, adapted));
    }

    [Fact]
    public async Task Generate_StepsStrip_ShowsEachPictureComeOutOfTheNoise()
    {
        var strip = _folder.Of("strip.png");
        string[] two = ["generate", Prompt, "--local", "--steps", "4", "--seed", "1", "-n", "2", "--out", _folder.Path, "--json"];

        var run = (await CliRun.Of([.. two, "--steps-strip", strip, "--strip-frames", "3"])).Succeeded();

        using var result = JsonDocument.Parse(run.Out);
        Assert.Equal(strip, result.RootElement.GetProperty("stepsStrip").GetString());
        var sheet = PngReader.Read(File.ReadAllBytes(strip));
        Assert.Equal(((3 * Side) + 16, (2 * Side) + 12), (sheet.Width, sheet.Height));
        var last = PngReader.Read(File.ReadAllBytes(result.RootElement.GetProperty("pictures")[1].GetProperty("path").GetString()!));
        Assert.Equal(last.Row(5).ToArray(), sheet.Row(Side + 8 + 5).Slice(((2 * Side) + 12) * 3, Side * 3).ToArray());
    }

    [Theory]
    [InlineData("--model shapes --upscale INIT", "--upscale is for upscaling models; this one is made for text to image.")]
    [InlineData("--model shapes-upscale --init INIT", "the model is made for upscaling and needs a picture: --upscale.")]
    [InlineData("--model shapes-inpaint --init INIT", "the model is made for inpainting and needs a --mask, or --outpaint.")]
    [InlineData("--model shapes-other", "one of shapes, shapes-inpaint, shapes-depth, shapes-upscale.")]
    [InlineData("--upscale INIT --noise-level 351", "--noise-level is 351; it must be within 0 to 350.")]
    [InlineData("--model shapes --init INIT --depth INIT", "--depth is for depth-to-image models; this one is made for text to image.")]
    [InlineData("--init nothing.png", "--init \"nothing.png\": Could not find file")]
    [InlineData("--init TEXT", "neither PNG, JPEG nor WebP")]
    [InlineData("--init INIT --strength 2", "--strength is 2; it must be within 0 to 1.")]
    [InlineData("--init INIT --outpaint 0,0,9000,0", "--outpaint's right is 9000; it must be within 0 to 4096.")]
    [InlineData("--hires 9", "--hires is 9; it must be above 1 and at most 8.")]
    [InlineData("--steps-strip s.png --strip-frames 1", "--strip-frames is 1; it must be within 2 to 1000.")]
    public async Task Generate_WhatCannotBe_IsSaidInOptions(string options, string message)
    {
        var text = _folder.Of("init.txt");
        await File.WriteAllTextAsync(text, "no picture");
        string[] words = [.. options.Split(' ').Select(word => word == "INIT" ? _init : word == "TEXT" ? text : word)];

        var run = await CliRun.Of(["generate", Prompt, "--local", "--steps", "2", "--out", _folder.Of("x.png"), .. words]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.Of("x.png")));
    }

    private static RgbImage Gradient(int width, int height)
    {
        var image = new RgbImage(width, height);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(i % 3 == 0 ? i / 3 % width : i / 3 / width);
        }

        return image;
    }

    private static double Distance(RgbImage one, RgbImage other) =>
        Enumerable.Range(0, one.Pixels.Length).Average(i => Math.Abs(one.Pixels[i] - other.Pixels[i]));

    private static A1111Parameters Read(byte[] png) =>
        A1111Parameters.Parse(PngReader.ReadTexts(png).Single(t => t.Keyword == A1111Parameters.Keyword).Text);

    private string Save(string name, RgbImage image)
    {
        File.WriteAllBytes(_folder.Of(name), PngWriter.ToArray(image));
        return _folder.Of(name);
    }

    private async Task<RgbImage> DrawAsync(params string[] options)
    {
        var file = _folder.Of("1.png");
        (await CliRun.Of(["generate", Prompt, "--local", "--seed", "1", "--steps", "4", "--out", file, .. options])).Succeeded();
        return PngReader.Read(File.ReadAllBytes(file));
    }
}
