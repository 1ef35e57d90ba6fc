using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Coordinator.Consumers;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests;

/// <summary>A coordinator on the in-memory bus with a store in a temporary folder; the test plays the worker and the publisher.</summary>
internal sealed class CoordinatorFixture : IAsyncDisposable, IFleetBusRoom
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-coordinator-").FullName;
    private IHost _host = null!;

    public string Folder => _folder;

    public ConcurrentQueue<GenerateImages> Released { get; } = new();

    public ConcurrentQueue<string?> ReleasedTraces { get; } = new();

    public ConcurrentQueue<SubmissionRejected> Rejected { get; } = new();

    /// <summary>Attempts that the workers were told to stop.</summary>
    public ConcurrentQueue<HeldAttempt> Stopped { get; } = new();

    public FleetPublisher Publisher => _host.Services.GetRequiredService<FleetPublisher>();

    public IBus Bus => _host.Services.GetRequiredService<IBus>();

    public IJobStore Store => _host.Services.GetRequiredService<IJobStore>();

    public IArtifactStore Artifacts => _host.Services.GetRequiredService<IArtifactStore>();

    public IServiceProvider Services => _host.Services;

    public static Task<CoordinatorFixture> StartAsync(params (string Key, string Value)[] settings) => StartAsync(_ => { }, settings);

    public static async Task<CoordinatorFixture> StartAsync(Action<IServiceCollection> change, params (string Key, string Value)[] settings)
    {
        var fixture = new CoordinatorFixture();
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SdFleet:JobStore:Path"] = Path.Combine(fixture._folder, "jobs.db"),
            ["SdFleet:Artifacts:Path"] = Path.Combine(fixture._folder, "artifacts"),
            ["SdFleet:Batches:Interval"] = "00:00:00.05",
            ["SdFleet:Models:0:Name"] = "shapes",
            ["SdFleet:Models:0:DefaultScheduler"] = "ddim",
            ["SdFleet:Release:Interval"] = "00:00:00.05",
            ["SdFleet:Leases:RunLease"] = "00:10:00",
            ["SdFleet:Leases:SweepInterval"] = "00:00:00.1",
            ["SdFleet:Retry:BaseDelay"] = "00:00:00.05",
        });
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Services.AddSingleton(ModelCatalog.Read(builder.Configuration));
        builder.Services.AddJobStore(builder.Configuration.GetSection(JobStoreOptions.SectionName));
        builder.Services.AddArtifactStore(builder.Configuration.GetSection(ArtifactStoreOptions.SectionName));
        builder.Services.AddSdFleetCoordinator(builder.Configuration);
        builder.Services.AddFleetBus(builder.Configuration, new CoordinatorRoom(), fixture);
        change(builder.Services);
        fixture._host = builder.Build();
        await fixture._host.StartAsync();
        return fixture;
    }

    public static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token;

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var deadline = Soon();
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Not in time: {what}");
            await Task.Delay(20);
        }
    }

    public Task UntilReleasedAsync(int count) =>
        UntilAsync(() => Task.FromResult(Released.Count >= count), $"{count} releases, {Released.Count} so far");

    public Task UntilStateAsync(Guid id, JobState state) =>
        UntilAsync(async () => (await Store.FindJobAsync(id, Soon()))?.State == state, $"job {id} {state}");

    public async Task SendRawAsync(string body, params (string Key, string Value)[] headers)
    {
        var endpoint = await Bus.GetSendEndpoint(new Uri($"exchange:{Topology.SubmitExchange}"));
        await endpoint.Send(
            new SubmitJob(),
            context =>
            {
                context.Serializer = new FixedBody(body);
                foreach (var (key, value) in headers)
                {
                    context.Headers.Set(key, value);
                }
            },
            Soon());
    }

    /// <summary>A message that the broker has given up to deliver to <paramref name="queue"/>.</summary>
    public async Task SendDeadAsync(string body, string queue)
    {
        var endpoint = await Bus.GetSendEndpoint(new Uri($"exchange:{Topology.DeadQueue}"));
        await endpoint.Send(
            new SubmitJob(),
            context =>
            {
                context.Serializer = new FixedBody(body);
                context.Headers.Set("x-first-death-queue", queue);
                context.Headers.Set("x-first-death-reason", "delivery_limit");
            },
            Soon());
    }

    public static JobCompleted Completion(GenerateImages work, int? attempt = null) => new()
    {
        JobId = work.JobId,
        Attempt = attempt ?? work.Attempt,
        WorkerId = "w1",
        At = DateTimeOffset.UnixEpoch,
        Images = [.. Enumerable.Range(0, work.Images).Select(i => new ImageRecord
        {
            Index = i,
            Artifact = $"{work.ArtifactFolder}/{work.JobId}-{i}.png",
            Sha256 = new string('a', 64),
            Bytes = 1,
            Width = work.Recipe.Width,
            Height = work.Recipe.Height,
            Seed = work.Recipe.Seed + i,
            Attempt = work.Attempt,
            WorkerId = "w1",
            ModelDigest = new string('b', 64),
            RuntimeVersion = "1",
            ExecutionProvider = "Cpu",
            Device = "test",
            Timings = new ImageTimings { TextEncodeMs = 1, DenoiseMs = 1, DecodeMs = 1, EncodeMs = 1, UploadMs = 1 },
            CreatedAt = DateTimeOffset.UnixEpoch,
        })],
    };

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    void IFleetBusRoom.AddConsumers(IBusRegistrationConfigurator registration)
    {
    }

    void IFleetBusRoom.AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        foreach (var lane in Enum.GetValues<Lane>())
        {
            bus.WorkEndpoint("shapes", lane, prefetch: 16, e => e.Handler<GenerateImages>(c =>
            {
                ReleasedTraces.Enqueue(System.Diagnostics.Activity.Current?.TraceId.ToHexString());
                Released.Enqueue(c.Message);
                return Task.CompletedTask;
            }));
        }

        bus.ControlEndpoint("test", e => e.Handler<AttemptsUnwanted>(c =>
        {
            foreach (var attempt in c.Message.Attempts)
            {
                Stopped.Enqueue(attempt);
            }

            return Task.CompletedTask;
        }));
        bus.FleetEndpoint(Topology.RejectedQueue, prefetch: 16, e => e.Handler<SubmissionRejected>(c =>
        {
            Rejected.Enqueue(c.Message);
            return Task.CompletedTask;
        }));
    }

    private sealed class FixedBody(string body) : IMessageSerializer
    {
        public System.Net.Mime.ContentType ContentType { get; } = new("application/json");

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class =>
            new StringMessageBody(body);
    }
}
