using System.Text.Json.Nodes;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Datasets;

/// <summary>Readers of datasets that are not ours: GNU tar, Python's json, and Node.js with hyparquet.</summary>
internal static class ForeignReader
{
    // Each sample of an unpacked WebDataset: its record names its own picture and its prompt.
    private const string CheckSamples =
        """
        import hashlib, json, pathlib, sys
        count = 0
        for record in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
            sample = json.loads(record.read_text(encoding="utf-8"))
            png = record.with_suffix(".png").read_bytes()
            assert png[:8] == b"\x89PNG\r\n\x1a\n", record
            assert hashlib.sha256(png).hexdigest() == sample["image"]["sha256"], record
            assert record.with_suffix(".txt").read_text(encoding="utf-8") == sample["recipe"]["prompt"], record
            assert record.stem == "%09d-%02d" % (sample["line"], sample["image"]["index"]), record
            count += 1
        print(count)
        """;

    // Each part of a DiffusionDB: its pictures are there, and no others.
    private const string CheckParts =
        """
        import json, pathlib, sys
        count = 0
        for part in sorted(pathlib.Path(sys.argv[1]).glob("part-*")):
            entries = json.loads((part / (part.name + ".json")).read_text(encoding="utf-8"))
            assert set(entries) == {file.name for file in part.glob("*.png")}, part
            assert all(set(entry) == {"p", "se", "c", "st", "sa", "scheduler_settings"} for entry in entries.values()), part
            count += len(entries)
        print(count)
        """;

    /// <summary>Unpacks all shards of a WebDataset with GNU tar and checks every sample with Python; how many there are.</summary>
    public static async Task<int> CheckSamplesAsync(string export, string unpacked)
    {
        Directory.CreateDirectory(unpacked);
        foreach (var shard in Directory.GetFiles(export, "*.tar"))
        {
            await RunAsync(export, "tar", "--extract", "--keep-old-files", "--file", shard, "--directory", unpacked);
        }

        return int.Parse(await RunAsync(export, "python3", "-c", CheckSamples, unpacked), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Checks every part of a DiffusionDB with Python; how many pictures there are.</summary>
    public static async Task<int> CheckPartsAsync(string export) =>
        int.Parse(await RunAsync(export, "python3", "-c", CheckParts, export), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads with <c>infra/tools/dataset.mjs</c>.</summary>
    public static async Task<JsonNode> NodeAsync(string command, string path)
    {
        var tools = await ToolsFolder.GetAsync();
        return JsonNode.Parse(await RunAsync(tools, "node", RepositoryFolder.Combine("infra", "tools", "dataset.mjs"), tools, command, path))!;
    }

    public static async Task<string> RunAsync(string folder, string program, params string[] arguments) =>
        (await ChildProcess.RunAsync(folder, "env", ["LC_ALL=C.UTF-8", "TZ=UTC", program, .. arguments])).Succeeded();
}
