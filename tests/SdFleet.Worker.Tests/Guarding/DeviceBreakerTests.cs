using Microsoft.Extensions.Options;
using SdFleet.Worker.Guarding;

namespace SdFleet.Worker.Tests.Guarding;

public sealed class DeviceBreakerTests
{
    private readonly DeviceBreaker _breaker = new(Options.Create(new WorkerOptions { MaxDeviceFaults = 3 }));

    [Fact]
    public void Failed_SoManyDifferentJobsInARow_OpensOnce()
    {
        Assert.False(Fail(1));
        Assert.False(Fail(2));
        Assert.False(_breaker.IsOpen);
        Assert.True(Fail(3));
        Assert.True(_breaker.IsOpen);
        Assert.False(Fail(4));
    }

    [Fact]
    public void Failed_OneJobAgainAndAgain_SaysNothingAboutTheDevice()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.False(Fail(1));
        }

        Assert.False(_breaker.IsOpen);
    }

    [Fact]
    public void Succeeded_InBetween_BeginsAnew()
    {
        Fail(1);
        Fail(2);
        _breaker.Succeeded();
        Assert.False(Fail(3));
        Assert.False(Fail(4));
        Assert.True(Fail(5));
    }

    [Fact]
    public void Failed_TasksOwnFault_DoesNotCount()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.False(_breaker.Failed([Guid.NewGuid()], new ArgumentException("width")));
        }

        Assert.False(_breaker.IsOpen);
    }

    private bool Fail(int job) => _breaker.Failed([new Guid(job, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0])], new InvalidOperationException("device"));
}
