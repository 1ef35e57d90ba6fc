using Microsoft.Extensions.DependencyInjection;
using SdFleet.Cli.Embedded;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;
using SdFleet.JobStore;

namespace SdFleet.Cli.Tests;

public sealed class PauseTests
{
    [Fact]
    public async Task Pause_AModelAndATenant_HoldWhatIsSubmittedUntilBothAreResumed()
    {
        using var folder = new TempFolder();
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = folder.Path });
        var server = fleet.Address.OriginalString;
        Assert.Equal(["shapes paused"], (await CliRun.Of("model", "pause", "shapes", "--server", server)).Succeeded().Lines);
        Assert.Equal(["default paused"], (await CliRun.Of("tenant", "pause", "default", "--server", server)).Succeeded().Lines);

        var id = Guid.CreateVersion7();
        await fleet.Services.GetRequiredService<FleetPublisher>().SubmitAsync(new SubmitJob { Id = id, Prompt = "a red circle", Steps = 1 }, default);
        await UntilListedAsync(server, "default: 1 queued, 0 in flight, paused by an operator");

        Assert.Equal(["shapes resumed"], (await CliRun.Of("model", "resume", "shapes", "--server", server)).Succeeded().Lines);
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        await UntilListedAsync(server, "default: 1 queued, 0 in flight, paused by an operator");
        (await CliRun.Of("tenant", "resume", "default", "--server", server)).Succeeded();

        var job = await fleet.Services.GetRequiredService<IJobStore>().UntilTerminalAsync(id);
        Assert.Equal((JobState.Completed, 1), (job.State, job.Attempt));
        Assert.Empty((await CliRun.Of("tenant", "list", "--server", server)).Succeeded().Lines);
        await fleet.StopAsync();
    }

    [Fact]
    public async Task Pause_WrongNames_AreMistakes()
    {
        using var folder = new TempFolder();
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = folder.Path });
        var server = fleet.Address.OriginalString;

        var unknown = await CliRun.Of("model", "pause", "sd15", "--server", server);
        var noName = await CliRun.Of("tenant", "pause", "../jobs", "--server", server);
        var none = await CliRun.Of("tenant", "pause", "--server", server);

        Assert.Equal((1, 2, 2), (unknown.ExitCode, noName.ExitCode, none.ExitCode));
        Assert.Contains("shapes", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("\"../jobs\" is no tenant's name", noName.Error, StringComparison.Ordinal);
        Assert.Contains("NAME is missing", none.Error, StringComparison.Ordinal);
        await fleet.StopAsync();
    }

    private static async Task UntilListedAsync(string server, string line)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await CliRun.Of("tenant", "list", "--server", server)).Succeeded().Lines.Contains(line))
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
