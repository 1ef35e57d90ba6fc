using SdFleet.Cli.Output;
using SdFleet.Cli.Tests.Support;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.Tests;

public sealed class ModelInspectionTests
{
    [Fact]
    public async Task Inspect_BundledModel_SaysWhatItIs()
    {
        var run = (await CliRun.Of("models", "inspect", ShapesModelFolder.Path)).Succeeded();

        Assert.Contains("StableDiffusionPipeline", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"scheduler +DDIMScheduler", run.Out);
        Assert.Matches(@"defaults +128x128, \d+ steps", run.Out);
        Assert.Matches(@"text_encoder +\S+ k parameters, float(16|32)", run.Out);
        Assert.Matches(@"unet +\S+ M parameters, float(16|32)", run.Out);
        Assert.Matches(@"in +sample: float32\[", run.Out);
        Assert.Matches(@"fits +yes", run.Out);
        Assert.Matches(@"kind +Stable Diffusion: text to image, image to image, inpainting", run.Out);
        Assert.Matches(@"best with +128x128", run.Out);
        Assert.Matches(@"digest +[0-9a-f]{64}", run.Out);
    }

    [Fact]
    public async Task Inspect_NoModel_SaysWhatWasExpectedAndFound()
    {
        using var folder = new TempFolder();

        var run = await CliRun.Of("models", "inspect", folder.Path);

        Assert.Equal(1, run.ExitCode);
        Assert.Matches(@"fits +no", run.Out);
        Assert.Matches(@"expected +a diffusers model folder with model_index\.json", run.Out);
        Assert.Matches(@"found +neither", run.Out);
    }

    [Fact]
    public async Task Inspect_DamagedComponent_ShowsTheRestAndNamesTheFile()
    {
        using var folder = new TempFolder();
        Copy(ShapesModelFolder.Path, folder.Path);
        var unet = folder.Of("unet", "model.onnx");
        File.WriteAllBytes(unet, File.ReadAllBytes(unet)[..1000]);

        var run = await CliRun.Of("models", "inspect", folder.Path);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("text_encoder", run.Out, StringComparison.Ordinal);
        Assert.Matches($@"file +{unet}", run.Out);
        Assert.Matches(@"expected +an ONNX file", run.Out);
    }

    [Fact]
    public async Task Inspect_ComponentMissing_NamesIt()
    {
        using var folder = new TempFolder();
        Copy(ShapesModelFolder.Path, folder.Path);
        Directory.Delete(folder.Of("vae_decoder"), recursive: true);

        var run = await CliRun.Of("models", "inspect", folder.Path);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("vae_decoder", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"fits +no", run.Out);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(6_034_480, "6.0 MB")]
    [InlineData(999_999, "1.0 MB")]
    [InlineData(3_438_167_534, "3.4 GB")]
    public void Bytes_AreShownAsPeopleReadThem(long bytes, string text) => Assert.Equal(text, Amount.Bytes(bytes));

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
