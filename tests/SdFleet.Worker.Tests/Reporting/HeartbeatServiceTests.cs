using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Workers;

namespace SdFleet.Worker.Tests.Reporting;

public sealed class HeartbeatServiceTests
{
    private static readonly (string Key, string Value) Synthetic = ("SdFleet:Worker:Synthetic:Enabled", "true");

    [Fact]
    public async Task Stop_WithNothingInHand_IsSaidWhileTheBusIsThere()
    {
        var said = new ConcurrentQueue<WorkerHeartbeat>();
        var worker = await WorkerFixture.StartAsync(
            services => services.AddSingleton<IHostedService>(provider => new Listener(provider.GetRequiredService<IBus>(), said)), Synthetic);
        await worker.WaitForAsync<WorkerHeartbeat>(e => e.State == WorkerState.Idle);

        await worker.DisposeAsync();

        Assert.Equal(WorkerState.Stopped, said.MaxBy(e => e.At)?.State);
    }

    [Fact]
    public async Task Stop_WhileBusy_IsSaidWithWhatIsHeld()
    {
        var said = new ConcurrentQueue<WorkerHeartbeat>();
        var worker = await WorkerFixture.StartAsync(
            services => services.AddSingleton<IHostedService>(provider => new Listener(provider.GetRequiredService<IBus>(), said)),
            Synthetic,
            ("SdFleet:Worker:Synthetic:StepTime", "00:00:01"),
            ("SdFleet:Worker:FinishTimeout", "00:00:00.2"));
        var work = WorkerFixture.Work(steps: 60);
        await worker.ReleaseAsync(work);
        await worker.WaitForAsync<JobStarted>(e => e.JobId == work.JobId);

        await worker.DisposeAsync();

        Assert.Contains(said, e => e.State == WorkerState.Draining && e.Holds.Contains(new HeldAttempt(work.JobId, 1)));
    }

    [Fact]
    public async Task Heartbeats_ClockIsSetBack_GoOnInOrder()
    {
        var clock = new SetClock();
        await using var worker = await WorkerFixture.StartAsync(services => services.AddSingleton<TimeProvider>(clock), Synthetic);
        var before = await worker.WaitForAsync<WorkerHeartbeat>(_ => true);

        clock.SetBack(TimeSpan.FromHours(1));
        await worker.WaitForAsync<WorkerHeartbeat>(_ => worker.Reports.OfType<WorkerHeartbeat>().Count() >= 5);

        var times = worker.Reports.OfType<WorkerHeartbeat>().Select(e => e.At).ToList();
        Assert.All(times, at => Assert.True(at >= before.At, $"{at} is before {before.At}"));
        Assert.Equal(times.Count, times.Distinct().Count());
    }

    // Hears what is published until the services stop, of which the bus is one.
    private sealed class Listener(IBus bus, ConcurrentQueue<WorkerHeartbeat> said) : IHostedService, IPublishObserver
    {
        private ConnectHandle? _connection;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _connection = bus.ConnectPublishObserver(this);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _connection?.Disconnect();
            return Task.CompletedTask;
        }

        public Task PrePublish<T>(PublishContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PostPublish<T>(PublishContext<T> context)
            where T : class
        {
            if (context.Message is WorkerHeartbeat heartbeat)
            {
                said.Enqueue(heartbeat);
            }

            return Task.CompletedTask;
        }

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }

    private sealed class SetClock : TimeProvider
    {
        private long _back;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - TimeSpan.FromTicks(Interlocked.Read(ref _back));

        public void SetBack(TimeSpan by) => Interlocked.Exchange(ref _back, by.Ticks);
    }
}
