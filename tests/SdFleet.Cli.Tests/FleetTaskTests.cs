using System.Text.Json;
using SdFleet.Cli.Embedded;
using SdFleet.Cli.Tests.Support;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Tests;

/// <summary>What <c>sdfleet generate</c> has a fleet make of other pictures: the same as without one.</summary>
public sealed class FleetTaskTests(FleetFixture fixture) : IClassFixture<FleetFixture>, IDisposable
{
    private const string Prompt = "a red circle on a blue background";
    private const int Side = 128;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--init INIT --strength 0.6")]
    [InlineData("--init INIT --mask MASK")]
    [InlineData("--init INIT --mask MASK --no-overlay --strength 0.9 -n 2")]
    [InlineData("--init INIT --outpaint 0,0,32,0 --feather 8")]
    [InlineData("--hires 1.5 --hires-strength 0.5 --hires-upscaler latentbilinear")]
    [InlineData("--clip-skip 1 --prompt-syntax weighted --long-prompts chunk")]
    [InlineData("--scheduler DDIMScheduler --scheduler-setting eta=0.5 --scheduler-setting timestepSpacing=trailing")]
    public async Task Generate_Task_GivesTheSameFileWithAndWithoutAFleet(string options)
    {
        string[] words = [.. options.Split(' ').Select(word => word switch { "INIT" => Init(), "MASK" => Mask(), _ => word })];
        string[] line = ["generate", Prompt, "--seed", "11", "--steps", "4", .. words];

        var local = (await CliRun.Of([.. line, "--local", "--out", _folder.Of("local")])).Succeeded();
        var fleet = (await CliRun.Of([.. line, "--server", fixture.Server, "--out", _folder.Of("fleet")])).Succeeded();

        Assert.Equal(local.Lines.Length, fleet.Lines.Length);
        foreach (var (one, other) in local.Lines.Zip(fleet.Lines))
        {
            // The same pixels and the same text.
            Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(other));
        }
    }

    [Fact]
    public async Task Generate_LoraByName_IsThatOfTheFleetsWorkers()
    {
        var loras = _folder.Of("loras");
        Directory.CreateDirectory(loras);
        File.WriteAllBytes(Path.Combine(loras, "style.safetensors"), Lora("lora_unet_mid_block_attentions_0_proj_in", 112));
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions
        {
            DataFolder = _folder.Of("data"),
            Settings = new Dictionary<string, string?> { ["SdFleet:Worker:LoraFolder"] = loras },
        });
        string[] line = ["generate", Prompt, "--seed", "3", "--steps", "2", "--out"];
        string[] server = ["--server", fleet.Address.OriginalString];

        (await CliRun.Of([.. line, _folder.Of("fleet.png"), .. server, "--lora", "style:0.5"])).Succeeded();
        (await CliRun.Of([.. line, _folder.Of("local.png"), "--local", "--lora", Path.Combine(loras, "style.safetensors") + ":0.5"])).Succeeded();
        (await CliRun.Of([.. line, _folder.Of("plain.png"), .. server])).Succeeded();
        var unknown = await CliRun.Of([.. line, _folder.Of("none.png"), .. server, "--lora", "other"]);

        Assert.Equal(Pixels("local.png"), Pixels("fleet.png"));
        Assert.NotEqual(Pixels("plain.png"), Pixels("fleet.png"));
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("loras[0].name is \"other\": one of style", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_PicturesOfPictures_AreMadeAgainByTheFleetAndWithoutIt()
    {
        var data = _folder.Of("data");
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = data });
        string[] line = ["generate", Prompt, "--steps", "3", "--server", fleet.Address.OriginalString, "--out", _folder.Of("out")];
        (await CliRun.Of([.. line, "--init", Init(), "--mask", Mask()])).Succeeded();
        (await CliRun.Of([.. line, "--init", Init(), "--outpaint", "0,0,32,0", "--strength", "0.8", "-n", "2"])).Succeeded();
        (await CliRun.Of([.. line, "--hires", "1.5"])).Succeeded();

        var alone = await CliRun.Of("image", "verify", "--data", data, "--local");

        Assert.EndsWith("of 255, 0 not", alone.Succeeded().Lines[^1], StringComparison.Ordinal);
        Assert.StartsWith("4 made again", alone.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_FileThatIsNoPicture_IsRefusedByTheFleet()
    {
        var text = _folder.Of("init.txt");
        await File.WriteAllTextAsync(text, "no picture");

        var run = await CliRun.Of("generate", Prompt, "--server", fixture.Server, "--init", text);
        var missing = await CliRun.Of("generate", Prompt, "--server", fixture.Server, "--init", "nothing.png");

        Assert.Contains("no PNG, JPEG or WebP file", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains("--init \"nothing.png\"", missing.Error, StringComparison.Ordinal);
    }

    private string Init()
    {
        var image = new RgbImage(Side, Side);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(i % 3 == 0 ? i / 3 % Side : i / 3 / Side);
        }

        return Save("init.png", image);
    }

    private string Mask()
    {
        var image = new RgbImage(Side, Side);
        image.Pixels[..(image.Pixels.Length / 2)].Fill(byte.MaxValue);
        return Save("mask.png", image);
    }

    private string Save(string name, RgbImage image)
    {
        File.WriteAllBytes(_folder.Of(name), PngWriter.ToArray(image));
        return _folder.Of(name);
    }

    private byte[] Pixels(string name) => PngReader.Read(File.ReadAllBytes(_folder.Of(name))).Pixels.ToArray();

    // Of rank 1 and all ones: a safetensors file with the layer's two matrices.
    private static byte[] Lora(string layer, int width)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            [layer + ".lora_down.weight"] = new { dtype = "F32", shape = new[] { 1, width }, data_offsets = new[] { 0, 4 * width } },
            [layer + ".lora_up.weight"] = new { dtype = "F32", shape = new[] { width, 1 }, data_offsets = new[] { 4 * width, 8 * width } },
        });
        var ones = Enumerable.Repeat(BitConverter.GetBytes(1f), 2 * width).SelectMany(bytes => bytes);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. ones];
    }
}
