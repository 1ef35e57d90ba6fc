using Microsoft.Extensions.DependencyInjection;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;
using SdFleet.JobStore;

namespace SdFleet.Cli.Tests;

public sealed class CancelTests(FleetFixture fixture) : IClassFixture<FleetFixture>
{
    [Fact]
    public async Task Cancel_RunningJob_StopsItAndSaysSoAgain()
    {
        var store = fixture.Fleet.Services.GetRequiredService<IJobStore>();
        var id = Guid.CreateVersion7();
        await fixture.Fleet.Services.GetRequiredService<FleetPublisher>().SubmitAsync(
            new SubmitJob { Id = id, Prompt = "a red circle", Images = 16, Steps = 150 }, default);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while ((await store.FindJobAsync(id, patience.Token))?.State != JobState.Running)
        {
            await Task.Delay(20, patience.Token);
        }

        var first = (await CliRun.Of("cancel", id.ToString(), "--server", fixture.Server)).Succeeded();
        (await CliRun.Of("cancel", id.ToString(), "--server", fixture.Server)).Succeeded();

        Assert.Equal([$"{id} cancelled"], first.Lines);
        Assert.Equal(JobState.Cancelled, (await store.FindJobAsync(id, patience.Token))!.State);
    }

    [Fact]
    public async Task Cancel_UnknownJob_FailsAndSaysWhich()
    {
        var id = Guid.NewGuid();

        var run = await CliRun.Of("cancel", id.ToString(), "--server", fixture.Server);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(id.ToString(), run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_NoId_IsAMistake()
    {
        var run = await CliRun.Of("cancel", "job-7", "--server", fixture.Server);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("job-7", run.Error, StringComparison.Ordinal);
    }
}
