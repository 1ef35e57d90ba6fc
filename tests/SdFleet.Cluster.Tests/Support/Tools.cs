using System.Text.Json.Nodes;
using SdFleet.TestServers;

namespace SdFleet.Cluster.Tests.Support;

/// <summary>helm, and the schemas: what <c>infra/tools/install.sh</c> installs, once.</summary>
internal static class Tools
{
    private static readonly Lazy<Task<string>> Folder = new(async () =>
        (await ChildProcess.RunAsync(RepositoryFolder.Root, "bash", [RepositoryFolder.Combine("infra", "tools", "install.sh")])).Succeeded().Trim());

    public static async Task<ProgramResult> HelmAsync(params string[] arguments) =>
        await ChildProcess.RunAsync(RepositoryFolder.Combine("helm"), Path.Combine(await Folder.Value, "helm"), arguments);

    /// <summary>Runs a command of <c>infra/tools/check.mjs</c> and reads its answer.</summary>
    public static async Task<JsonNode> CheckAsync(string command, IEnumerable<string> files, string input = "")
    {
        string[] arguments = [RepositoryFolder.Combine("infra", "tools", "check.mjs"), await Folder.Value, command, .. files];
        return JsonNode.Parse((await ChildProcess.RunAsync(RepositoryFolder.Root, "node", arguments, input)).Succeeded())!;
    }

    public static async Task<JsonNode> YamlAsync(string file) => (await CheckAsync("yaml", [file])).AsArray().Single()!;
}
