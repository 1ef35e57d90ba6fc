using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Servers;

public sealed class FleetProcessTests
{
    [Fact]
    public async Task Program_ThatEnds_GivesItsExitCodeAndItsLines()
    {
        await using var process = FleetProcess.Start("SdFleet.Cli", arguments: "no-such-command");

        Assert.NotEqual(0, await process.WaitForExitAsync());
        Assert.NotEmpty(process.Output);
    }

    [Fact]
    public async Task Health_OfAProgramThatEnded_FailsAtOnceWithItsLastLines()
    {
        await using var process = FleetProcess.Start("SdFleet.Cli", arguments: "no-such-command");

        var failure = await Assert.ThrowsAsync<TestServerException>(() => process.WaitForHealthAsync(new Uri("http://127.0.0.1:1/health")));

        Assert.Contains("it ended with exit code", failure.Message, StringComparison.Ordinal);
        Assert.Contains(process.Tail(), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Program_ThatIsNotBuilt_IsNamed()
    {
        var failure = Assert.Throws<TestServerException>(() => FleetProcess.Start("SdFleet.Nothing"));

        Assert.Contains("dotnet build src/SdFleet.Nothing", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_AnswersWhenStarted_AndStopsWhenAsked()
    {
        await using var service = await FleetProcess.StartServiceAsync("SdFleet.Coordinator", health: "/health/live");

        Assert.Equal(0, await service.StopAsync());
    }

    [Fact]
    public async Task Service_ThatIsKilled_SaysSo()
    {
        await using var service = await FleetProcess.StartServiceAsync("SdFleet.Coordinator", health: "/health/live");

        service.Kill();

        Assert.Equal(128 + 9, await service.WaitForExitAsync());
    }
}
