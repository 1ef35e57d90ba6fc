using System.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using SdFleet.Api;
using SdFleet.Contracts.Models;
using SdFleet.Coordinator;
using SdFleet.Coordinator.Consumers;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Health;
using SdFleet.Hosting.Telemetry;
using SdFleet.JobStore;
using SdFleet.Storage;
using SdFleet.Worker;

namespace SdFleet.Cli.Embedded;

/// <summary>
/// The smallest size of the fleet: API, coordinator and worker in this process, on one in-memory bus, with a database file
/// and a folder. The same rooms as in a cluster, told so by configuration only.
/// </summary>
public sealed class EmbeddedFleet : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly WebApplication _app;
    private readonly DataFolderLock _lock;
    private bool _isStopped;

    private EmbeddedFleet(WebApplication app, DataFolderLock @lock)
    {
        _app = app;
        _lock = @lock;
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        Addresses = [.. addresses.Select(a => new Uri(a))];
    }

    /// <summary>Where the API listens, with the ports that were really taken.</summary>
    public IReadOnlyList<Uri> Addresses { get; }

    /// <summary>The first of <see cref="Addresses"/>.</summary>
    public Uri Address => Addresses[0];

    /// <summary>The rooms' services, such as <see cref="IJobStore"/>.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Ends when the fleet begins to stop, asked to or by itself.</summary>
    public CancellationToken Stopping => _app.Lifetime.ApplicationStopping;

    /// <summary>Starts a fleet; when this returns, it takes jobs.</summary>
    /// <exception cref="EmbeddedFleetException">It cannot start; the message says why and what to do.</exception>
    public static async Task<EmbeddedFleet> StartAsync(EmbeddedFleetOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        DataFolderLock? taken = null;
        WebApplication? app = null;
        var log = new LogGate();
        try
        {
            taken = DataFolderLock.Take(options.DataFolder);
            app = Build(options, log);
            await LeftoverAttempts.GiveUpAsync(app.Services, cancellationToken);
            await app.StartAsync(cancellationToken);
            return new EmbeddedFleet(app, taken);
        }
        catch (Exception e)
        {
            log.Close();
            if (app is not null)
            {
                await ClearAwayAsync(app, isStopped: false);
            }

            taken?.Dispose();
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw EmbeddedFleetException.From(e, options);
        }
    }

    /// <summary>Stops it in good order: what runs is finished or given back.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _app.StopAsync(cancellationToken);
        _isStopped = true;
    }

    /// <summary>Stops it, where that has not been done, and frees everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await ClearAwayAsync(_app, _isStopped);
        _lock.Dispose();
    }

    // Services that run must stop before they lose what they stand on.
    private static async Task ClearAwayAsync(WebApplication app, bool isStopped)
    {
        try
        {
            if (!isStopped)
            {
                using var patience = new CancellationTokenSource(StopTimeout);
                await app.StopAsync(patience.Token);
            }
        }
#pragma warning disable CA1031 // Whoever comes here has a result, or a better reason for an error.
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        await app.DisposeAsync();
    }

    private static WebApplication Build(EmbeddedFleetOptions options, LogGate log)
    {
        // Empty, as the working folder of whoever types the command has nothing to say here: no appsettings.json, no ASPNETCORE_URLS.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = Assembly.GetExecutingAssembly().GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        Configure(builder.Configuration, options);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls([.. options.Urls]);
        options.Logging?.Invoke(builder.Logging);
        log.Apply(builder.Logging);

        var configuration = builder.Configuration;
        var models = ModelCatalog.Read(configuration);
        builder.Services.AddRouting();
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.Services.AddSingleton(models);
        builder.Services.AddFleetTelemetry(configuration, "sdfleet");
        builder.Services.AddJobStore(configuration.GetSection(JobStoreOptions.SectionName));
        builder.Services.AddArtifactStore(configuration.GetSection(ArtifactStoreOptions.SectionName));
        builder.Services.AddSdFleetApi(configuration);
        var worker = builder.Services.AddSdFleetWorker(configuration, models);

        // Services start in this order. The bus in memory returns nothing that finds no queue, so a coordinator that released
        // before the bus had started would lose the attempt until its lease ends.
        builder.Services.AddFleetBus(configuration, new CoordinatorRoom(), worker);
        builder.Services.AddSdFleetCoordinator(configuration);

        builder.Services.AddHealthChecks()
            .AddPing("job-store", s => s.GetRequiredService<IJobStore>().PingAsync)
            .AddPing("artifacts", s => s.GetRequiredService<IArtifactStore>().PingAsync);

        var app = builder.Build();
        app.MapSdFleetApi();
        app.MapFleetHealth();
        return app;
    }

    private static void Configure(ConfigurationManager configuration, EmbeddedFleetOptions options)
    {
        if (options.ReadsEnvironment)
        {
            configuration.AddEnvironmentVariables();
        }

        var data = Path.GetFullPath(options.DataFolder);
        configuration.AddInMemoryCollection(options.Settings);
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [$"{TransportOptions.SectionName}:{nameof(TransportOptions.Kind)}"] = nameof(TransportKind.InMemory),
            [$"{JobStoreOptions.SectionName}:Kind"] = "Embedded",
            [$"{JobStoreOptions.SectionName}:Path"] = Path.Combine(data, "jobs.db"),
            [$"{ArtifactStoreOptions.SectionName}:Kind"] = "Folder",
            [$"{ArtifactStoreOptions.SectionName}:Path"] = Path.Combine(data, "images"),
            [$"{ModelCatalog.SectionName}:0:Name"] = options.ModelName,
            [$"{ModelCatalog.SectionName}:0:Path"] = Path.GetFullPath(options.ModelFolder),
            [$"{ModelCatalog.SectionName}:0:{nameof(ModelSpec.HasClip)}"] =
                (configuration[$"{WorkerOptions.SectionName}:{nameof(WorkerOptions.ClipModel)}"] is { Length: > 0 }).ToString(),
            [$"{WorkerOptions.SectionName}:{nameof(WorkerOptions.Model)}"] = options.ModelName,
        });
    }
}
