using System.Security.Cryptography;
using System.Text.Json;
using SdFleet.Cli.Demo;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Images;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Imaging.Sheets;

namespace SdFleet.Cli.Tests;

public sealed class DemoTests
{
    [Fact]
    public void Prompts_ThatComeWithTheCommand_AreEnoughAndDifferent()
    {
        var prompts = PromptFile.Read(path: null);

        Assert.InRange(prompts.Count, 24, 32);
        Assert.Equal(prompts.Count, prompts.Distinct().Count());
    }

    [Fact]
    public async Task Demo_RunTwice_LeavesACompleteSetAndNothingElse()
    {
        using var folder = new TempFolder();
        var demo = folder.Of("demo");

        (await CliRun.Of("demo", "--out", demo)).Succeeded();
        var first = Digests(demo);
        File.WriteAllText(Path.Combine(demo, "images", "mine.txt"), "not the demo's");
        var second = (await CliRun.Of("demo", "--out", demo)).Succeeded();

        Assert.Contains("holds an earlier demo", second.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(demo, "images", "mine.txt")));
        Assert.Equal(first, Digests(demo));

        var pictures = DemoPicture.Of(PromptFile.Read(path: null));
        var records = File.ReadLines(Path.Combine(demo, "manifest.jsonl"))
            .Select(line => (
                File: JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()!,
                Record: JsonSerializer.Deserialize<ManifestRecord>(line, ContractsJson.Options)!))
            .ToList();
        Assert.Equal(pictures.Select(p => p.File), records.Select(r => r.File));
        Assert.Equal(pictures.Select(p => p.Prompt), records.Select(r => r.Record.Recipe.Prompt));
        Assert.All(records, r => Assert.Equal(r.Record.Image.Sha256, Digest(Path.Combine(demo, r.File))));

        var sheet = PngReader.Read(File.ReadAllBytes(Path.Combine(demo, "contact-sheet.png")));
        Assert.Equal((2 * ContactSheet.Margin) + (7 * 128) + (6 * ContactSheet.Gap), sheet.Width);
        Assert.InRange(sheet.Height, 4 * (128 + 30), 4 * (128 + 120));

        var page = File.ReadAllText(Path.Combine(demo, "index.html"));
        Assert.All(pictures, p => Assert.Contains($"src=\"{p.File}\"", page, StringComparison.Ordinal));
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_OwnPrompts_AreDrawn()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Of("prompts.txt"), "# mine\n\na red <circle> & \"more\"\r\n  a blue star  \n");

        (await CliRun.Of("demo", "--prompts", folder.Of("prompts.txt"), "--out", folder.Of("demo"))).Succeeded();

        var files = Directory.GetFiles(folder.Of("demo", "images")).Select(Path.GetFileName).Order();
        var page = File.ReadAllText(folder.Of("demo", "index.html"));
        Assert.Equal(["01-a-red-circle-more.png", "02-a-blue-star.png"], files);
        Assert.Contains("a red &lt;circle&gt; &amp; &quot;more&quot;", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_FolderHasAFileOfThatName_TouchesNothing()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Of("index.html"), "somebody's page");

        var run = await CliRun.Of("demo", "--out", folder.Path);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("index.html is there already", run.Error, StringComparison.Ordinal);
        Assert.Equal([folder.Of("index.html")], Directory.GetFileSystemEntries(folder.Path));
    }

    private static string Digests(string demo) => string.Join('\n', Directory.GetFiles(Path.Combine(demo, "images"), "*.png")
        .Order(StringComparer.Ordinal)
        .Select(file => $"{Path.GetFileName(file)} {Digest(file)}"));

    private static string Digest(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
