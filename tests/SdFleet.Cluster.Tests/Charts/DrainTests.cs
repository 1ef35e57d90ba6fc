using System.Globalization;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SdFleet.Cluster.Tests.Support;

namespace SdFleet.Cluster.Tests.Charts;

public sealed class DrainTests
{
    // The chart derives its times from one value, and the services derive theirs from the same: here they meet.
    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(61)]
    [InlineData(300)]
    public async Task Ladder_IsTheSameInChartAndService_AndEachStepIsLonger(int finishSeconds)
    {
        var worker = (await Release.RenderAsync("example", $"drain.finishSeconds={finishSeconds}")).Services.First(w => w.Component == "worker");
        await using var service = ServiceUnderTest.Build("worker", ContainerEnvironment.Configuration(ContainerEnvironment.Of(worker.Container)));
        var bus = service.Services.GetRequiredService<IOptions<MassTransitHostOptions>>().Value;
        var host = service.Services.GetRequiredService<IOptions<HostOptions>>().Value;
        var grace = TimeSpan.FromSeconds(int.Parse(worker.Pod.Text("terminationGracePeriodSeconds"), CultureInfo.InvariantCulture));

        Assert.Equal(TimeSpan.FromSeconds(finishSeconds), bus.ConsumerStopTimeout);
        Assert.Equal(TimeSpan.FromSeconds(finishSeconds + 5), bus.StopTimeout);
        Assert.Equal(TimeSpan.FromSeconds(Math.Max(30, finishSeconds + 10)), host.ShutdownTimeout);
        Assert.Equal(host.ShutdownTimeout + TimeSpan.FromSeconds(5), grace);
        TimeSpan[] ladder = [TimeSpan.FromSeconds(1), bus.ConsumerStopTimeout!.Value, bus.StopTimeout!.Value, host.ShutdownTimeout, grace];
        Assert.Equal(ladder.Order(), ladder);
        Assert.Equal(5, ladder.Distinct().Count());
    }

    // The other two leave Kubernetes' own pause for connections (preStop) and the process's time to stop.
    [Theory]
    [InlineData("api")]
    [InlineData("coordinator")]
    public async Task OtherServices_AreDoneBeforeTheyAreKilled(string component)
    {
        var workload = (await Release.RenderAsync("example")).Services.Single(w => w.Component == component);
        await using var service = ServiceUnderTest.Build(component, ContainerEnvironment.Configuration(ContainerEnvironment.Of(workload.Container)));
        var host = service.Services.GetRequiredService<IOptions<HostOptions>>().Value;
        var pause = workload.Container.Text("lifecycle", "preStop", "sleep", "seconds") is { Length: > 0 } seconds ? int.Parse(seconds, CultureInfo.InvariantCulture) : 0;

        Assert.True(host.ShutdownTimeout.TotalSeconds + pause < int.Parse(workload.Pod.Text("terminationGracePeriodSeconds"), CultureInfo.InvariantCulture));
    }
}
