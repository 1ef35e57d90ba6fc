using SdFleet.Cli.Tests.Support;
using SdFleet.Diffusion.Imaging;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.Tests;

public sealed class ScoreTests
{
    // An ONNX file as a CLIP model has it, of five nodes: every text's vector is (something, 0), an image's its mean red and green.
    private const string Model = """
        CAcSADqCAwofCglpbnB1dF9pZHMSAWYiBENhc3QqCQoCdG8YAaABAgofCgFmEgFtIgpSZWR1Y2VNZWFuKgsKBGF4ZXNAAaABBwobCgFtCgF0Egt0ZXh0X2Vt
        YmVkcyIGTWF0TXVsCj0KDHBpeGVsX3ZhbHVlcxIBYyIKUmVkdWNlTWVhbioNCgRheGVzQAJAA6ABByoPCghrZWVwZGltcxgAoAECChwKAWMKAXYSDGltYWdl
        X2VtYmVkcyIGTWF0TXVsEgFnKhMIAQgCEAFCAXRKCAAAgD8AAAAAKiMIAwgCEAFCAXZKGAAAgD8AAAAAAAAAAAAAgD8AAAAAAAAAAFodCglpbnB1dF9pZHMS
        EAoOCAcSCgoDEgF0CgMSAXNaJwoMcGl4ZWxfdmFsdWVzEhcKFQgBEhEKAxIBbgoCCAMKAggECgIIBGIeCgt0ZXh0X2VtYmVkcxIPCg0IARIJCgMSAXQKAggC
        Yh8KDGltYWdlX2VtYmVkcxIPCg0IARIJCgMSAW4KAggCQgQKABAN
        """;

    [Fact]
    public async Task Score_Pictures_PrintsTheCosineOfEach()
    {
        using var folder = new TempFolder();
        WriteModel(folder);
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
        WriteModel(folder);
        File.WriteAllText(folder.Of("text.png"), "no picture");

        var run = await CliRun.Of("score", folder.Of("text.png"), "--prompt", "x", "--model", folder.Path);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("text.png cannot be read", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_NoPrompt_IsAMistake() => Assert.Equal(2, (await CliRun.Of("score", "a.png", "--model", "m")).ExitCode);

    private static void WriteModel(TempFolder folder)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(ShapesModelFolder.Path, "tokenizer")))
        {
            File.Copy(file, folder.Of(Path.GetFileName(file)));
        }

        File.WriteAllBytes(folder.Of("model.onnx"), Convert.FromBase64String(Model));
        File.WriteAllText(folder.Of("preprocessor_config.json"), """
            { "crop_size": 4, "size": 4, "resample": 3, "image_mean": [0, 0, 0], "image_std": [1, 1, 1] }
            """);
    }

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
