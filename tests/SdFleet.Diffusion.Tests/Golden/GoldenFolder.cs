using System.Collections.Concurrent;
using System.Text.Json;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>
/// The reference data made with PyTorch and diffusers, described in its FORMAT.md: the folder that the environment variable
/// SDFLEET_GOLDEN names, else tests/golden of this repository.
/// </summary>
internal static class GoldenFolder
{
    private static readonly ConcurrentDictionary<string, JsonElement> Documents = new(StringComparer.Ordinal);

    public static string Root { get; } = Find();

    /// <summary>The JSON files right within the subfolders that match a pattern, as paths below the root.</summary>
    public static IEnumerable<string> Files(string folderPattern) =>
        Directory.EnumerateDirectories(Root, folderPattern)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.json"))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>A file's content, read once.</summary>
    public static JsonElement Read(string file) => Documents.GetOrAdd(file, static file =>
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, file)));
        return document.RootElement.Clone();
    });

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("SDFLEET_GOLDEN") is { Length: > 0 } named)
        {
            return named;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SdFleet.sln")))
            {
                return Path.Combine(folder.FullName, "tests", "golden");
            }
        }

        throw new DirectoryNotFoundException("There is no SdFleet.sln above the tests; name the golden folder in SDFLEET_GOLDEN.");
    }
}
