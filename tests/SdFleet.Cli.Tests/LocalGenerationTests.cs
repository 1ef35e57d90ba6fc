using System.Text.Json;
using SdFleet.Cli.Tests.Support;
using SdFleet.Diffusion.Imaging;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.Tests;

public sealed class LocalGenerationTests
{
    private const string Prompt = "a red circle on a blue background";

    [Fact]
    public async Task Generate_Local_WritesAPictureThatSaysHowItWasMade()
    {
        using var folder = new TempFolder();
        var file = folder.Of("new", "circle.png");

        var run = await CliRun.Of("generate", Prompt, "--local", "--seed", "7", "--steps", "4", "--negative", "blur", "--out", file);

        Assert.Equal([file], run.Succeeded().Lines);
        var png = File.ReadAllBytes(file);
        var parameters = A1111Parameters.Parse(PngReader.ReadTexts(png).Single(t => t.Keyword == A1111Parameters.Keyword).Text);
        Assert.Equal(Prompt, parameters.Prompt);
        Assert.Equal("blur", parameters.NegativePrompt);
        Assert.Equal("7", parameters["Seed"]);
        Assert.Equal("4", parameters["Steps"]);
        Assert.Equal("shapes", parameters["Model"]);
        Assert.Equal((128, 128), (PngReader.Read(png).Width, PngReader.Read(png).Height));
    }

    // As any model from elsewhere: what it is best used with comes from its own configuration files, not from a fleet's usual 512.
    [Fact]
    public async Task Generate_ModelThatSaysNothingToFleets_TakesTheSizeAndSchedulerOfItsOwnFiles()
    {
        using var folder = new TempFolder();
        foreach (var file in Directory.EnumerateFiles(ShapesModelFolder.Path, "*", SearchOption.AllDirectories))
        {
            var link = folder.Of("model", Path.GetRelativePath(ShapesModelFolder.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, file);
        }

        File.Delete(folder.Of("model", "sdfleet.json"));

        var run = await CliRun.Of("generate", Prompt, "--local", "--model", folder.Of("model"), "--steps", "1", "--out", folder.Of("it.png"));

        run.Succeeded();
        var png = File.ReadAllBytes(folder.Of("it.png"));
        var parameters = A1111Parameters.Parse(PngReader.ReadTexts(png).Single(t => t.Keyword == A1111Parameters.Keyword).Text);
        Assert.Equal((128, 128), (PngReader.Read(png).Width, PngReader.Read(png).Height));
        Assert.Equal(("DDIMScheduler", "7.5"), (parameters["Sampler"], parameters["CFG scale"]));
    }

    [Fact]
    public async Task Generate_SeveralWithGrid_NamesEachByItsSeed()
    {
        using var folder = new TempFolder();

        string[] five = ["generate", Prompt, "--local", "--seed", "41", "-n", "5", "--steps", "2"];
        var run = (await CliRun.Of([.. five, "--out", folder.Path, "--grid", folder.Of("grid.png"), "--json"])).Succeeded();

        using var result = JsonDocument.Parse(run.Out);
        var pictures = result.RootElement.GetProperty("pictures").EnumerateArray().ToList();
        var paths = pictures.ConvertAll(p => p.GetProperty("path").GetString()!);
        Assert.Equal([41, 42, 43, 44, 45], pictures.Select(p => p.GetProperty("seed").GetInt64()));
        Assert.All(paths, path => Assert.True(File.Exists(path), path));
        Assert.EndsWith("a-red-circle-on-a-blue-background-41.png", paths[0], StringComparison.Ordinal);
        Assert.Equal(5, paths.Distinct().Count());
        Assert.Equal(3 * 128 + 4 * 4, PngReader.Read(File.ReadAllBytes(folder.Of("grid.png"))).Width);
    }

    [Fact]
    public async Task Generate_SameSeedOtherSteps_OverwritesNothing()
    {
        using var folder = new TempFolder();
        string[] same = ["generate", Prompt, "--local", "--seed", "1", "--out", folder.Path];

        var first = (await CliRun.Of([.. same, "--steps", "1"])).Succeeded();
        var again = (await CliRun.Of([.. same, "--steps", "1"])).Succeeded();
        var other = (await CliRun.Of([.. same, "--steps", "2"])).Succeeded();

        Assert.Equal(first.Lines, again.Lines);
        Assert.NotEqual(first.Lines, other.Lines);
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public async Task Generate_ValuesTheModelDoesNotTake_AreNamedByOption()
    {
        var run = await CliRun.Of(
            "generate", Prompt, "--local", "--steps", "0", "--width", "100", "--guidance", "99", "--scheduler", "magic");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--steps is 0: an integer from 1", run.Error, StringComparison.Ordinal);
        Assert.Contains("--width is 100: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--guidance is 99: a number from 0 to 50", run.Error, StringComparison.Ordinal);
        Assert.Contains("--scheduler is \"magic\": one of ddim", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_SchedulerSetting_ChangesThePictureAndIsInItsText()
    {
        using var folder = new TempFolder();
        string[] line = ["generate", Prompt, "--local", "--seed", "3", "--steps", "2", "--scheduler", "EulerDiscreteScheduler"];

        (await CliRun.Of([.. line, "--out", folder.Of("plain.png")])).Succeeded();
        (await CliRun.Of([.. line, "--out", folder.Of("set.png"), "--scheduler-setting", "USEKARRASSIGMAS=true", "--scheduler-setting", "timestepSpacing=Trailing"])).Succeeded();

        var (plain, set) = (File.ReadAllBytes(folder.Of("plain.png")), File.ReadAllBytes(folder.Of("set.png")));
        Assert.NotEqual(PngReader.Read(plain).Pixels.ToArray(), PngReader.Read(set).Pixels.ToArray());
        Assert.Null(SettingsOf(plain));
        Assert.Equal("useKarrasSigmas=true, timestepSpacing=trailing", SettingsOf(set));

        static string? SettingsOf(byte[] png) =>
            A1111Parameters.Parse(PngReader.ReadTexts(png).Single(t => t.Keyword == A1111Parameters.Keyword).Text)["Scheduler settings"];
    }

    [Theory]
    [InlineData("euler", "useKarrasSigmas=true", "--scheduler-setting useKarrasSigmas is true: not with the scheduler euler, which decides it")]
    [InlineData("DPMSolverMultistepScheduler", "algorithmType=dpmsolver", "final_sigmas_type \"zero\" is not supported with algorithm_type \"dpmsolver\"")]
    public async Task Generate_SettingThatTheSchedulerDoesNotTake_IsNamed(string scheduler, string setting, string message)
    {
        var run = await CliRun.Of("generate", Prompt, "--local", "--steps", "2", "--scheduler", scheduler, "--scheduler-setting", setting);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_WithLora_IsAnotherPictureWithAnotherModelHash()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.Of("style.safetensors"), Lora("lora_unet_mid_block_attentions_0_proj_in", 112));

        var plain = await ModelHashAsync(folder);
        var adapted = await ModelHashAsync(folder, "--lora", folder.Of("style.safetensors") + ":0.5");
        var twice = await ModelHashAsync(
            folder, "--lora", folder.Of("style.safetensors"), "--lora", folder.Of("style.safetensors") + ":-0.5");

        Assert.Equal(3, new[] { plain.Hash, adapted.Hash, twice.Hash }.Distinct().Count());
        Assert.NotEqual(plain.Pixels, adapted.Pixels);
        Assert.All(adapted.Pixels.Zip(twice.Pixels), pixel => Assert.InRange(pixel.First - pixel.Second, -1, 1));
    }

    [Fact]
    public async Task Generate_LoraOfAnotherModel_SaysSo()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.Of("style.safetensors"), Lora("lora_unet_other", 4));

        var run = await CliRun.Of("generate", Prompt, "--local", "--steps", "1", "--lora", folder.Of("style.safetensors"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the LoRA cannot be used: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("1 layers that it does not have: lora_unet_other.lora_down.weight", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--local", "/no/such/file.safetensors", "--lora names the file \"/no/such/file.safetensors\", which is not there.")]
    [InlineData("--local", "/no/such/file:much", "--lora is \"/no/such/file:much\": FILE[:SCALE], the scale a number from -10 to 10")]
    [InlineData("--local", "/no/such/file:11", "--lora is \"/no/such/file:11\": FILE[:SCALE], the scale a number from -10 to 10")]
    public async Task Generate_LoraThatCannotBe_IsAMistakeOfTheCommandLine(string other, string lora, string expected)
    {
        var run = await CliRun.Of("generate", Prompt, other, "--lora", lora);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    private static async Task<(string Hash, byte[] Pixels)> ModelHashAsync(TempFolder folder, params string[] options)
    {
        var file = folder.Of($"{Directory.GetFiles(folder.Path).Length}.png");
        string[] line = ["generate", Prompt, "--local", "--seed", "7", "--steps", "1", "--out", file, .. options];
        (await CliRun.Of(line)).Succeeded();
        var png = File.ReadAllBytes(file);
        var parameters = A1111Parameters.Parse(PngReader.ReadTexts(png).Single(t => t.Keyword == A1111Parameters.Keyword).Text);
        return (parameters["Model hash"]!, PngReader.Read(png).Pixels.ToArray());
    }

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
