using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;

namespace SdFleet.Hosting.Tests.Bus;

public sealed class FleetBusTests
{
    [Fact]
    public async Task ReleaseAsync_TwoLanes_EachArrivesInItsOwnQueueOnly()
    {
        var room = new RecordingRoom();
        using var host = await StartAsync(room);
        var publisher = host.Services.GetRequiredService<FleetPublisher>();

        await publisher.ReleaseAsync(Work(Lane.Normal), TimeSpan.FromMinutes(1), Soon());
        await publisher.ReleaseAsync(Work(Lane.Bulk), TimeSpan.FromMinutes(1), Soon());
        await room.WaitForAsync(2);

        Assert.Equal(["normal:Normal", "bulk:Bulk"], room.Seen.Order().Reverse());
        await host.StopAsync();
    }

    [Fact]
    public async Task ReportAsync_DifferentEvents_EachReachesItsOwnConsumer()
    {
        var room = new RecordingRoom();
        using var host = await StartAsync(room);
        var publisher = host.Services.GetRequiredService<FleetPublisher>();
        var id = Guid.NewGuid();

        await publisher.ReportAsync(new JobStarted { JobId = id, Attempt = 1, WorkerId = "w", At = DateTimeOffset.UnixEpoch }, Soon());
        await publisher.ReportAsync(
            new JobFailed { JobId = id, Attempt = 1, WorkerId = "w", ErrorClass = ErrorClass.Transient, Reason = "r", At = DateTimeOffset.UnixEpoch }, Soon());
        await room.WaitForAsync(2);

        Assert.Equal([$"failed:{id}:Transient", $"started:{id}"], room.Seen.Order());
        await host.StopAsync();
    }

    [Theory]
    [InlineData("""{"prompt":"a red circle"}""", "application/json")]
    [InlineData("""{"prompt":5}""", "application/json")]
    [InlineData("not json", "application/json")]
    [InlineData("[1,2]", "application/json")]
    [InlineData("", "application/json")]
    [InlineData("not json", "text/plain")]
    [InlineData("not json", "application/vnd.masstransit+json")]
    [InlineData("not json", "no/such+type")]
    public async Task SubmitQueue_AnyBody_ReachesTheConsumerAsItCame(string body, string contentType)
    {
        var room = new RecordingRoom();
        using var host = await StartAsync(room);
        var bus = host.Services.GetRequiredService<IBus>();

        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{Topology.SubmitExchange}"));
        await endpoint.Send(new SubmitJob(), context => context.Serializer = new FixedBody(body, contentType), Soon());
        await room.WaitForAsync(1);

        Assert.Equal([$"submit:{body}"], room.Seen);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"jobId\":5}")]
    [InlineData("""{"jobId":"6f9619ff-8b86-4d01-b42d-00cf4fc964ff","attempt":1,"tenant":"t","lane":"normal","recipe":null,"images":1,"artifactFolder":"2026-01-01","submittedAt":"1970-01-01T00:00:00Z","releasedAt":"1970-01-01T00:00:00Z"}""")]
    public async Task WorkQueue_WhatIsNoWork_GoesToTheDeadLettersAsItCame(string body)
    {
        var room = new RecordingRoom();
        using var host = await StartAsync(room);
        var bus = host.Services.GetRequiredService<IBus>();

        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{Topology.WorkQueue("shapes", Lane.Normal)}"));
        await endpoint.Send(Work(Lane.Normal), context => context.Serializer = new FixedBody(body, "application/json"), Soon());
        await room.WaitForAsync(1);

        Assert.Equal([$"dead:{Topology.WorkQueue("shapes", Lane.Normal)}:unreadable:{body}"], room.Seen);
        await host.StopAsync();
    }

    private static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token;

    private static GenerateImages Work(Lane lane) => new()
    {
        JobId = Guid.NewGuid(),
        Attempt = 1,
        Tenant = "t",
        Lane = lane,
        Images = 1,
        ArtifactFolder = "2026-01-01",
        SubmittedAt = DateTimeOffset.UnixEpoch,
        ReleasedAt = DateTimeOffset.UnixEpoch,
        Recipe = new Recipe
        {
            Model = "shapes", Prompt = "p", Width = 128, Height = 128, Steps = 1, GuidanceScale = 1, Scheduler = "ddim", Seed = 1,
        },
    };

    private static async Task<IHost> StartAsync(RecordingRoom room)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(room);
        builder.Services.AddFleetBus(builder.Configuration, room);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private sealed class RecordingRoom : IFleetBusRoom
    {
        private readonly List<string> _seen = [];

        public IReadOnlyList<string> Seen
        {
            get
            {
                lock (_seen)
                {
                    return [.. _seen];
                }
            }
        }

        public void Add(string what)
        {
            lock (_seen)
            {
                _seen.Add(what);
            }
        }

        public async Task WaitForAsync(int count)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (Seen.Count < count)
            {
                await Task.Delay(20, deadline.Token);
            }

            // Long enough for a message that went to one queue too many to show.
            await Task.Delay(100);
        }

        public void AddConsumers(IBusRegistrationConfigurator registration)
        {
        }

        public void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus)
        {
            foreach (var lane in new[] { Lane.Normal, Lane.Bulk })
            {
                bus.WorkEndpoint("shapes", lane, prefetch: 1, e => e.Handler<GenerateImages>(c =>
                {
                    Add($"{lane.ToString().ToLowerInvariant()}:{c.Message.Lane}");
                    return Task.CompletedTask;
                }));
            }

            bus.FleetEndpoint(Topology.EventsQueue, prefetch: 4, e =>
            {
                e.Handler<JobStarted>(c =>
                {
                    Add($"started:{c.Message.JobId}");
                    return Task.CompletedTask;
                });
                e.Handler<JobFailed>(c =>
                {
                    Add($"failed:{c.Message.JobId}:{c.Message.ErrorClass}");
                    return Task.CompletedTask;
                });
            });
            bus.FleetEndpoint(Topology.DeadQueue, prefetch: 4, e =>
            {
                e.AcceptAnyBody();
                e.Handler<SubmitJob>(c =>
                {
                    Add($"dead:{c.Headers.Get<string>("x-first-death-queue")}:{c.Headers.Get<string>("x-first-death-reason")}:{Encoding.UTF8.GetString(c.ReceiveContext.GetBody())}");
                    return Task.CompletedTask;
                });
            });
            bus.FleetEndpoint(Topology.SubmitQueue, prefetch: 4, e =>
            {
                e.AcceptAnyBody();
                e.Handler<SubmitJob>(c =>
                {
                    Add($"submit:{Encoding.UTF8.GetString(c.ReceiveContext.GetBody())}");
                    return Task.CompletedTask;
                });
            });
        }
    }

    private sealed class FixedBody(string body, string contentType) : IMessageSerializer
    {
        public System.Net.Mime.ContentType ContentType { get; } = new(contentType);

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class =>
            new StringMessageBody(body);
    }
}
