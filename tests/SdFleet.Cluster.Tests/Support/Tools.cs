using System.Text.Json.Nodes;
using SdFleet.TestServers;

namespace SdFleet.Cluster.Tests.Support;

/// <summary>helm, and the schemas.</summary>
internal static class Tools
{
    public static async Task<ProgramResult> HelmAsync(params string[] arguments) =>
        await ChildProcess.RunAsync(RepositoryFolder.Combine("helm"), Path.Combine(await ToolsFolder.GetAsync(), "helm"), arguments);

    /// <summary>Runs a command of <c>infra/tools/check.mjs</c> and reads its answer.</summary>
    public static async Task<JsonNode> CheckAsync(string command, IEnumerable<string> files, string input = "")
    {
        string[] arguments = [RepositoryFolder.Combine("infra", "tools", "check.mjs"), await ToolsFolder.GetAsync(), command, .. files];
        return JsonNode.Parse((await ChildProcess.RunAsync(RepositoryFolder.Root, "node", arguments, input)).Succeeded())!;
    }

    public static async Task<JsonNode> YamlAsync(string file) => (await CheckAsync("yaml", [file])).AsArray().Single()!;
}
