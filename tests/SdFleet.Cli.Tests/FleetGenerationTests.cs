using SdFleet.Cli.Tests.Support;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Tests;

public sealed class FleetGenerationTests(FleetFixture fixture) : IClassFixture<FleetFixture>
{
    private const string Prompt = "two yellow stars on a purple background";

    [Fact]
    public async Task Generate_ByAFleet_SavesThePictures()
    {
        using var folder = new TempFolder();

        var run = (await CliRun.Of("generate", Prompt, "--server", fixture.Server, "-n", "2", "--seed", "5", "--steps", "3", "--out", folder.Path)).Succeeded();

        Assert.Equal(2, run.Lines.Length);
        Assert.All(run.Lines, path => Assert.Equal(128, PngReader.Read(File.ReadAllBytes(path)).Width));
    }

    [Theory]
    [InlineData("cpu", "ddim")]
    [InlineData("cuda", "euler_a")]
    public async Task Generate_SameSeed_GivesTheSamePixelsWithAndWithoutAFleet(string noise, string scheduler)
    {
        using var folder = new TempFolder();
        string[] recipe = ["generate", Prompt, "--seed", "123456789", "--steps", "5", "--noise", noise, "--scheduler", scheduler];

        (await CliRun.Of([.. recipe, "--server", fixture.Server, "--out", folder.Of("fleet.png")])).Succeeded();
        (await CliRun.Of([.. recipe, "--local", "--out", folder.Of("local.png")])).Succeeded();

        // The same file even: the same pixels and the same text.
        Assert.Equal(File.ReadAllBytes(folder.Of("fleet.png")), File.ReadAllBytes(folder.Of("local.png")));
    }

    [Fact]
    public async Task Generate_ServerOfEnvironment_IsAsked()
    {
        using var folder = new TempFolder();

        var run = await CliRun.Of(
            name => name == "SDFLEET_SERVER" ? fixture.Server : null, "generate", Prompt, "--steps", "1", "--out", folder.Of("it.png"));

        run.Succeeded();
        Assert.True(File.Exists(folder.Of("it.png")));
    }

    [Fact]
    public async Task Generate_FleetRefuses_ShowsEachField()
    {
        var run = await CliRun.Of("generate", Prompt, "--server", fixture.Server, "--steps", "0", "--width", "100", "--model", "other");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--steps is 0: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--width is 100: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--model is \"other\": one of shapes", run.Error, StringComparison.Ordinal);
    }
}
