using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Worker.Models;

namespace SdFleet.Cli.Chaos.Check;

/// <summary>What the workers wrote down of the pictures that they began.</summary>
internal static class Journals
{
    /// <summary>How often each picture was begun, by prompt and seed, over all files of a folder.</summary>
    public static IReadOnlyDictionary<(string Prompt, long Seed), int> Count(string folder)
    {
        var counts = new Dictionary<(string, long), int>();
        foreach (var line in Directory.EnumerateFiles(folder, "*.jsonl").SelectMany(f => File.ReadLines(f)))
        {
            // A worker that was killed may have left half a line: that picture it has not begun.
            if (Read(line) is { } run)
            {
                counts[(run.Prompt, run.Seed)] = counts.GetValueOrDefault((run.Prompt, run.Seed)) + 1;
            }
        }

        return counts;
    }

    private static SyntheticRun? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<SyntheticRun>(line, ContractsJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
