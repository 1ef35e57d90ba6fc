using System.Diagnostics;
using System.Text.Json.Nodes;
using SdFleet.TestServers;

namespace SdFleet.Coordinator.Tests.Datasets;

/// <summary>Readers of datasets that are not ours: GNU tar, sha256sum, and Node.js with hyparquet.</summary>
internal static class ForeignReader
{
    private static readonly Lazy<Task<string>> Tools = new(async () =>
        (await RunAsync(RepositoryFolder.Root, "bash", RepositoryFolder.Combine("infra", "tools", "install.sh"))).Trim());

    /// <summary>Reads with <c>infra/tools/dataset.mjs</c>.</summary>
    public static async Task<JsonNode> NodeAsync(string command, string path)
    {
        var tools = await Tools.Value;
        return JsonNode.Parse(await RunAsync(tools, "node", RepositoryFolder.Combine("infra", "tools", "dataset.mjs"), tools, command, path))!;
    }

    /// <summary>Runs a program, which must succeed, and gives what it printed.</summary>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C", ["TZ"] = "UTC" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await error}\n{await output}");
        return await output;
    }
}
