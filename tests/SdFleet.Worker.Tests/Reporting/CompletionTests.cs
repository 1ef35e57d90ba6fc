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
            await using var worker = await WorkerFixture.StartAsync(
                services => services.AddSingleton(provider =>
                {
                    (var bus, _bus) = ShakyBus.Around(provider.GetRequiredService<IBus>());
                    return new FleetPublisher(bus, provider.GetRequiredService<IOptions<TransportOptions>>());
                }),
                ("SdFleet:Worker:Synthetic:Enabled", "true"),
                ("SdFleet:Worker:Synthetic:Journal", journal));
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
}
