using System.Text.Json.Nodes;
using SdFleet.TestServers;

namespace SdFleet.Coordinator.Tests.Datasets;

/// <summary>Readers of datasets that are not ours: GNU tar, sha256sum, and Node.js with hyparquet.</summary>
internal static class ForeignReader
{
    /// <summary>Reads with <c>infra/tools/dataset.mjs</c>.</summary>
    public static async Task<JsonNode> NodeAsync(string command, string path)
    {
        var tools = await ToolsFolder.GetAsync();
        return JsonNode.Parse(await RunAsync(tools, "node", RepositoryFolder.Combine("infra", "tools", "dataset.mjs"), tools, command, path))!;
    }

    /// <summary>Runs a program, which must succeed, and gives what it printed; tables and dates in one form everywhere.</summary>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments) =>
        (await ChildProcess.RunAsync(folder, "env", ["LC_ALL=C", "TZ=UTC", program, .. arguments])).Succeeded();
}
