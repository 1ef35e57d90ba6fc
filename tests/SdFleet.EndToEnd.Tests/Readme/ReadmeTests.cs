using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using SdFleet.TestServers;

namespace SdFleet.EndToEnd.Tests.Readme;

/// <summary>Runs the README: every command in it, from its own text, in its order.</summary>
public sealed partial class ReadmeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly IReadOnlyList<ReadmeBlock> Blocks = ReadmeBlock.Read(File.ReadAllText(RepositoryFolder.Combine("README.md")));

    [Fact]
    public void Commands_EachSaysWhoRunsIt()
    {
        var commands = Blocks.Where(b => b.Language == "sh").ToList();
        Assert.True(commands.Count >= 8);
        Assert.All(commands, b => Assert.Contains(b.RunBy, new[] { "ci", "test", "test, in the background" }));
    }

    [Fact]
    public void CommandsOfCi_AreInItsScript()
    {
        var script = File.ReadAllText(RepositoryFolder.Combine(".ci", "run"));
        Assert.All(Blocks.Where(b => b.RunBy == "ci"), b => Assert.Contains(b.Code, script, StringComparison.Ordinal));
    }

    [Fact]
    public void Library_TheSnippetIsTheOneThatIsCompiled()
    {
        var snippet = Assert.Single(Blocks, b => b.Language == "csharp").Code;
        var compiled = File.ReadAllText(RepositoryFolder.Combine("tests", "SdFleet.EndToEnd.Tests", "Readme", "LibrarySnippetTests.cs"));
        Assert.Contains(Flat(snippet), Flat(compiled), StringComparison.Ordinal);

        static string Flat(string code) => string.Join('\n', code.Split('\n').Select(l => l.Trim()));
    }

    [Fact]
    public async Task Commands_InTheirOrder_Succeed()
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-readme-").FullName;
        var (embedded, api) = (FreePort.Next(), FreePort.Next());
        using var shell = new Shell(new()
        {
            ["SDFLEET_DEV_FOLDER"] = Path.Combine(folder, "dev"),
            ["SDFLEET_API_PORT"] = $"{api}",
            ["SDFLEET_SERVER"] = $"http://127.0.0.1:{embedded}",
        });
        Process? background = null;
        try
        {
            foreach (var block in Blocks.Where(b => b.RunBy?.StartsWith("test", StringComparison.Ordinal) == true && b.Language == "sh"))
            {
                var code = Relocate(block.Code, folder, embedded, api);
                if (block.RunBy!.Contains("background", StringComparison.Ordinal))
                {
                    background = shell.Start($"exec {code} --data '{folder}/data'", out var output);
                    await UntilHealthyAsync(embedded, background, output);
                }
                else
                {
                    await shell.RunAsync(code, Patience);
                }
            }

            string[] pictures =
            [
                "star.png", "made.png", "strip.png", "changed.png", "wider.png", "repainted.png", "large.png", "sheet.png", "triangles.png",
            ];
            Assert.All(pictures, f => Assert.True(new FileInfo(Path.Combine(folder, f)).Length > 1000, f));
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(folder, "catalogue"), "*.tar"));
            Assert.Contains("<html", File.ReadAllText(Path.Combine(folder, "catalogue.html")), StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(folder, "dev")), "make down leaves its folder behind");
        }
        finally
        {
            background?.Kill(entireProcessTree: true);
            background?.Dispose();
            await shell.RunAsync("make down", Patience);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Rooms_TheMapNamesEachAndNoOther()
    {
        var readme = File.ReadAllText(RepositoryFolder.Combine("README.md"));
        var rooms = Directory.EnumerateDirectories(RepositoryFolder.Combine("src")).Select(d => $"`src/{Path.GetFileName(d)}`").ToList();
        Assert.All(rooms, r => Assert.Contains(r, readme, StringComparison.Ordinal));
    }

    // Pictures and servers go where nobody's own are, and ports are free ones; nothing else is changed.
    private static string Relocate(string code, string folder, int embedded, int api) => BarePicture().Replace(code, $"{folder}/$0")
        .Replace("127.0.0.1:5080", $"127.0.0.1:{embedded}", StringComparison.Ordinal)
        .Replace("127.0.0.1:8080", $"127.0.0.1:{api}", StringComparison.Ordinal)
        .Replace(".dev/", $"{folder}/dev/", StringComparison.Ordinal)
        .Replace("out/catalogue", $"{folder}/catalogue", StringComparison.Ordinal)
        .Replace("/sheet.png", $"/sheet.png --out {folder}", StringComparison.Ordinal);

    // A picture without a folder is one that the command makes, or has made before.
    [GeneratedRegex(@"(?<=\s)\w+\.png\b")]
    private static partial Regex BarePicture();

    private static async Task UntilHealthyAsync(int port, Process process, StringBuilder output)
    {
        using var client = new HttpClient();
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            Assert.False(process.HasExited || waited.Elapsed > Patience, $"Not healthy after {waited.Elapsed}:\n{output}");
            await Task.Delay(200);
        }
    }
}
