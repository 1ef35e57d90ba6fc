using System.Globalization;
using SdFleet.Contracts.Jobs;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>What integrators are given, used as they would: the samples in other languages, and the command that checks and sends.</summary>
public sealed class IntegratorTests : IAsyncLifetime
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string TraceParent = $"00-{TraceId}-b7ad6b7169203331-01";

    private SyntheticFleet _fleet = null!;

    // No worker: what is released stays so.
    public async Task InitializeAsync() => _fleet = await SyntheticFleet.StartAsync(server: null, ("SdFleet__Leases__ReleaseLease", "00:10:00"));

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task Sample_Python_PublishesAJobThatContinuesTheTrace()
    {
        (await ChildProcess.RunAsync(RepositoryFolder.Root, "bash", [RepositoryFolder.Combine("infra", "dev", "install.sh"), "pika"])).Succeeded();

        var printed = await ChildProcess.RunAsync(Path.GetTempPath(), "/usr/bin/python3", [Sample("publish.py"), .. Arguments("by python")]);

        await AssertReleasedAsync(printed.Succeeded(), "by python", images: 2);
    }

    [Fact]
    public async Task Sample_Node_PublishesAJobThatContinuesTheTrace()
    {
        var printed = await ChildProcess.RunAsync(await ToolsFolder.GetAsync(), "node", [Sample("publish.mjs"), .. Arguments("by node")]);

        await AssertReleasedAsync(printed.Succeeded(), "by node", images: 2);
    }

    [Fact]
    public async Task Send_SomeInOrder_PublishesThoseAndSaysWhatIsWrongWithTheRest()
    {
        var file = Path.GetTempFileName() + ".jsonl";
        var id = Guid.NewGuid();
        await File.WriteAllLinesAsync(file, [$$"""{"id":"{{id}}","prompt":"by hand"}""", $$"""{"id":"{{Guid.NewGuid()}}"}"""]);

        await using var command = FleetProcess.Start(
            "SdFleet.Cli", environment: null, ["contract", "send", file, "--broker", _fleet.Broker.Uri.ToString(), "--traceparent", TraceParent]);
        Assert.Equal(1, await command.WaitForExitAsync());
        File.Delete(file);

        Assert.Contains(command.Output, l => l.StartsWith("line 2: prompt is missing", StringComparison.Ordinal));
        Assert.Contains("1 not sent.", command.Output);
        await AssertReleasedAsync(Assert.Single(command.Output, l => Guid.TryParse(l, out _)), "by hand", images: 1);
    }

    private static string Sample(string name) => RepositoryFolder.Combine("src", "SdFleet.Contracts", "samples", name);

    private string[] Arguments(string prompt) => [_fleet.Broker.Uri.ToString(), prompt, TraceParent];

    private async Task AssertReleasedAsync(string printed, string prompt, int images)
    {
        var id = Guid.Parse(printed.Trim(), CultureInfo.InvariantCulture);
        var job = await _fleet.UntilAsync(id, j => j.State == JobState.Released);
        Assert.Equal((prompt, images), (job.Recipe!.Prompt, job.ImageCount));
        Assert.StartsWith($"00-{TraceId}-", job.Traceparent, StringComparison.Ordinal);
    }
}
