using System.Text.Json;
using SdFleet.Cli.Tests.Support;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Tests;

public sealed class LocalGenerationTests
{
    private const string Prompt = "a red circle on a blue background";

    [Fact]
    public async Task Generate_Local_WritesAPictureThatSaysHowItWasMade()
    {
        using var folder = new TempFolder();
        var file = folder.Of("new", "circle.png");

        var run = (await CliRun.Of("generate", Prompt, "--local", "--seed", "7", "--steps", "4", "--negative", "blur", "--out", file)).Succeeded();

        Assert.Equal([file], run.Lines);
        var png = File.ReadAllBytes(file);
        var parameters = A1111Parameters.Parse(PngReader.ReadTexts(png).Single(t => t.Keyword == A1111Parameters.Keyword).Text);
        Assert.Equal(Prompt, parameters.Prompt);
        Assert.Equal("blur", parameters.NegativePrompt);
        Assert.Equal("7", parameters["Seed"]);
        Assert.Equal("4", parameters["Steps"]);
        Assert.Equal("shapes", parameters["Model"]);
        Assert.Equal((128, 128), (PngReader.Read(png).Width, PngReader.Read(png).Height));
    }

    [Fact]
    public async Task Generate_SeveralWithGrid_NamesEachByItsSeed()
    {
        using var folder = new TempFolder();

        var run = (await CliRun.Of(
            "generate", Prompt, "--local", "--seed", "41", "-n", "5", "--steps", "2", "--out", folder.Path, "--grid", folder.Of("grid.png"), "--json")).Succeeded();

        using var result = JsonDocument.Parse(run.Out);
        var paths = result.RootElement.GetProperty("pictures").EnumerateArray().Select(p => p.GetProperty("path").GetString()!).ToList();
        Assert.Equal([41, 42, 43, 44, 45], result.RootElement.GetProperty("pictures").EnumerateArray().Select(p => p.GetProperty("seed").GetInt64()));
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
        var run = await CliRun.Of("generate", Prompt, "--local", "--steps", "0", "--width", "100", "--guidance", "99", "--scheduler", "magic");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--steps is 0: an integer from 1", run.Error, StringComparison.Ordinal);
        Assert.Contains("--width is 100: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--guidance is 99: a number from 0 to 50", run.Error, StringComparison.Ordinal);
        Assert.Contains("--scheduler is \"magic\": one of ddim", run.Error, StringComparison.Ordinal);
    }
}
