using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.ShapesModel;
using SdFleet.Storage;
using SdFleet.Worker.Inference;
using SdFleet.Worker.Reporting;

namespace SdFleet.Worker.Tests;

/// <summary>A worker with the bundled model on the in-memory bus; the test plays the coordinator.</summary>
internal sealed class WorkerFixture : IAsyncDisposable, IFleetBusRoom
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-worker-").FullName;
    private IHost _host = null!;

    public ConcurrentQueue<object> Reports { get; } = new();

    /// <summary>Those of the reports that came several in a message.</summary>
    public ConcurrentQueue<JobReports> Gathered { get; } = new();

    public WarningLog Warnings { get; } = new();

    /// <summary>Where the artifacts are.</summary>
    public string Folder => _folder;

    public IArtifactStore Artifacts => _host.Services.GetRequiredService<IArtifactStore>();

    public AttemptRunner Runner => _host.Services.GetRequiredService<AttemptRunner>();

    public FleetPublisher Publisher => _host.Services.GetRequiredService<FleetPublisher>();

    public ReportOutbox Outbox => _host.Services.GetRequiredService<ReportOutbox>();

    public static Task<WorkerFixture> StartAsync(params (string Key, string Value)[] settings) => StartAsync(_ => { }, settings);

    public static async Task<WorkerFixture> StartAsync(Action<IServiceCollection> change, params (string Key, string Value)[] settings)
    {
        var fixture = new WorkerFixture();
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SdFleet:Artifacts:Path"] = fixture._folder,
            ["SdFleet:Models:0:Name"] = "shapes",
            ["SdFleet:Models:0:Path"] = ShapesModelFolder.Path,
            ["SdFleet:Worker:HeartbeatInterval"] = "00:00:00.2",

            // A model that a test holds up is none that hangs.
            ["SdFleet:Worker:StepTimeout"] = "01:00:00",
        });
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Logging.AddProvider(fixture.Warnings);
        var models = ModelCatalog.Read(builder.Configuration);
        builder.Services.AddSingleton(models);
        builder.Services.AddArtifactStore(builder.Configuration.GetSection(ArtifactStoreOptions.SectionName));
        var room = builder.Services.AddSdFleetWorker(builder.Configuration, models);
        builder.Services.AddFleetBus(builder.Configuration, room, fixture);
        change(builder.Services);
        fixture._host = builder.Build();
        await fixture._host.StartAsync();
        return fixture;
    }

    /// <summary>A worker whose model computes nothing and takes its time.</summary>
    public static Task<WorkerFixture> StartSyntheticAsync(TimeSpan stepTime, params (string Key, string Value)[] settings) => StartAsync(
        [("SdFleet:Worker:Synthetic:Enabled", "true"), ("SdFleet:Worker:Synthetic:StepTime", stepTime.ToString()), .. settings]);

    public static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;

    public static GenerateImages Work(int images = 1, int steps = 4, string prompt = "a red circle on a white background", long seed = 5) => new()
    {
        JobId = Guid.NewGuid(),
        Attempt = 1,
        Tenant = "t",
        Lane = Lane.Normal,
        Images = images,
        ArtifactFolder = "2026-01-31",
        SubmittedAt = DateTimeOffset.UnixEpoch,
        ReleasedAt = DateTimeOffset.UnixEpoch,
        Recipe = new Recipe
        {
            Model = "shapes", Prompt = prompt, Width = 128, Height = 128, Steps = steps, GuidanceScale = 3, Scheduler = "ddim", Seed = seed,
        },
    };

    public Task ReleaseAsync(GenerateImages work) => Publisher.ReleaseAsync(work, TimeSpan.FromMinutes(5), Soon());

    /// <summary>Keeps the model at something else until what this gives is disposed of: what is released meanwhile is in hand, and waits.</summary>
    public HeldModel HoldModel()
    {
        var held = new HeldModel();

        // With steps of its own, so that no other job goes through the model with it.
        var work = Work(steps: 3, prompt: HeldModel.Prompt);
        _host.Services.GetRequiredService<InferenceThread>().Enqueue(
            new InferenceItem(work, [.. RecipeTasks.Of(work.Recipe, work.Images)], PassSettings.Plain, CancellationToken.None) { OnStep = held.OnStep });
        return held;
    }

    /// <summary>Waits until the worker says that it has these in hand.</summary>
    public Task UntilHeldAsync(params IEnumerable<GenerateImages> works) =>
        WaitForAsync<WorkerHeartbeat>(e => works.All(work => e.Holds.Contains(new HeldAttempt(work.JobId, work.Attempt))));

    public Task StopAsync(GenerateImages work) => Publisher.StopAsync(
        new AttemptsUnwanted { Attempts = [new HeldAttempt(work.JobId, work.Attempt)] }, Soon());

    public async Task<T> WaitForAsync<T>(Func<T, bool> condition)
    {
        var deadline = Soon();
        while (true)
        {
            if (Reports.OfType<T>().FirstOrDefault(condition) is { } report)
            {
                return report;
            }

            Assert.False(deadline.IsCancellationRequested, $"No {typeof(T).Name} in time; there were {string.Join(", ", Reports)}");
            await Task.Delay(20);
        }
    }

    /// <summary>Waits until the worker has logged a warning with this text.</summary>
    public async Task UntilWarnedAsync(string text)
    {
        var deadline = Soon();
        while (!Warnings.Messages.Any(message => message.Contains(text, StringComparison.Ordinal)))
        {
            await Task.Delay(20, deadline);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    void IFleetBusRoom.AddConsumers(IBusRegistrationConfigurator registration)
    {
    }

    void IFleetBusRoom.AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus) =>
        bus.FleetEndpoint(Topology.EventsQueue, prefetch: 16, e =>
        {
            Record<JobStarted>(e);
            Record<JobProgress>(e);
            Record<JobCompleted>(e);
            Record<JobFailed>(e);
            e.Handler<JobReports>(c =>
            {
                Gathered.Enqueue(c.Message);
                foreach (var report in c.Message.Started.Concat<object>(c.Message.Completed).Concat(c.Message.Failed))
                {
                    Reports.Enqueue(report);
                }

                return Task.CompletedTask;
            });
            Record<WorkerHeartbeat>(e);
        });

    private void Record<T>(IReceiveEndpointConfigurator endpoint)
        where T : class =>
        endpoint.Handler<T>(c =>
        {
            Reports.Enqueue(c.Message);
            return Task.CompletedTask;
        });
}
