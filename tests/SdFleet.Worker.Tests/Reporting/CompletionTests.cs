using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Events;
using SdFleet.Hosting.Bus;

namespace SdFleet.Worker.Tests.Reporting;

public sealed class CompletionTests
{
    private ShakyBus _bus = null!;

    [Fact]
    public async Task Completion_ThatTheBrokerDoesNotTakeAtFirst_IsReportedAgainAndNothingIsMadeAgain()
    {
        var journal = Path.GetTempFileName();
        try
        {
            await using var worker = await StartAsync(("SdFleet:Worker:Synthetic:Journal", journal));
            var work = WorkerFixture.Work();
            _bus.Refuse(messages: 2);

            await worker.ReleaseAsync(work);
            await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);

            Assert.Equal(2, _bus.Refused);
            Assert.DoesNotContain(worker.Reports, e => e is JobFailed);
            Assert.Single(await File.ReadAllLinesAsync(journal));
        }
        finally
        {
            File.Delete(journal);
        }
    }

    // The token of a message ends with its connection; and a coordinator that has heard nothing for long may have begun another attempt.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Completion_WhoseMessageIsLostOrUnwantedMeanwhile_IsReportedOnceTheBrokerTakesIt(bool isLost)
    {
        await using var worker = await StartAsync();
        var work = WorkerFixture.Work();
        using var connection = new CancellationTokenSource();
        _bus.Refuse(messages: int.MaxValue);
        var running = worker.Runner.RunAsync(work, connection.Token);
        await UntilRefusedAsync(1);

        if (isLost)
        {
            await connection.CancelAsync();
        }
        else
        {
            await worker.StopAsync(work);
        }

        await UntilRefusedAsync(_bus.Refused + 2);
        _bus.Refuse(messages: 0);
        await running.WaitAsync(TimeSpan.FromMinutes(1));

        await worker.WaitForAsync<JobCompleted>(e => e.JobId == work.JobId);
        Assert.DoesNotContain(worker.Reports, e => e is JobFailed);
    }

    [Fact]
    public async Task Completion_WhileTheWorkerStops_IsGivenUp()
    {
        var worker = await StartAsync(("SdFleet:Worker:FinishTimeout", "00:00:00.2"));
        var work = WorkerFixture.Work();
        _bus.Refuse(messages: int.MaxValue);
        await worker.ReleaseAsync(work);
        await UntilRefusedAsync(1);

        await worker.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2));

        Assert.DoesNotContain(worker.Reports, e => e is JobCompleted);
    }

    private async Task UntilRefusedAsync(int messages)
    {
        var deadline = WorkerFixture.Soon();
        while (_bus.Refused < messages)
        {
            await Task.Delay(20, deadline);
        }
    }

    private Task<WorkerFixture> StartAsync(params (string Key, string Value)[] settings) => WorkerFixture.StartAsync(
        services => services.AddSingleton(provider =>
        {
            (var bus, _bus) = ShakyBus.Around(provider.GetRequiredService<IBus>());
            return new FleetPublisher(bus, provider.GetRequiredService<IOptions<TransportOptions>>());
        }),
        [("SdFleet:Worker:Synthetic:Enabled", "true"), .. settings]);
}
