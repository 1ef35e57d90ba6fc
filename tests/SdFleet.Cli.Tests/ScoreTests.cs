using SdFleet.Cli.Tests.Support;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Tests;

public sealed class ScoreTests
{
    [Fact]
    public async Task Score_Pictures_PrintsTheCosineOfEach()
    {
        using var folder = new TempFolder();
        TinyClip.Write(folder.Path);
        var files = new[] { Plain(folder, "red.png", 255, 0), Plain(folder, "yellow.png", 255, 255), Plain(folder, "green.png", 0, 255) };

        var run = (await CliRun.Of(["score", .. files, "--prompt", "a red circle", "--model", folder.Path])).Succeeded();

        Assert.Equal([$"1.0000  {files[0]}", $"0.7071  {files[1]}", $"0.0000  {files[2]}"], run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Score_NoModel_SaysWhatIsWrong()
    {
        using var folder = new TempFolder();

        var run = await CliRun.Of("score", Plain(folder, "red.png", 255, 0), "--prompt", "x", "--model", folder.Path);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the CLIP model cannot be loaded", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_NoPicture_NamesTheFile()
    {
        using var folder = new TempFolder();
        TinyClip.Write(folder.Path);
        File.WriteAllText(folder.Of("text.png"), "no picture");

        var run = await CliRun.Of("score", folder.Of("text.png"), "--prompt", "x", "--model", folder.Path);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("text.png cannot be read", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_NoPrompt_IsAMistake() => Assert.Equal(2, (await CliRun.Of("score", "a.png", "--model", "m")).ExitCode);

    private static string Plain(TempFolder folder, string name, byte red, byte green)
    {
        var image = new RgbImage(6, 5);
        for (var i = 0; i < image.Pixels.Length; i += RgbImage.Channels)
        {
            (image.Pixels[i], image.Pixels[i + 1]) = (red, green);
        }

        File.WriteAllBytes(folder.Of(name), PngWriter.ToArray(image));
        return folder.Of(name);
    }
}
