using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Health;
using SdFleet.Hosting.Telemetry;
using SdFleet.Storage;

namespace SdFleet.Worker;

/// <summary>The worker as a service of its own.</summary>
public static class WorkerHost
{
    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var models = ModelCatalog.Read(builder.Configuration);
        builder.Services.AddSingleton(models);
        builder.Services.AddFleetTelemetry(builder.Configuration, "sdfleet-worker");
        builder.Services.AddArtifactStore(builder.Configuration.GetSection(ArtifactStoreOptions.SectionName));
        var room = builder.Services.AddSdFleetWorker(builder.Configuration, models);
        builder.Services.AddFleetBus(builder.Configuration, room);
        builder.Services.RequireBroker();
        builder.Services.AddHealthChecks()
            .AddPing("artifacts", s => s.GetRequiredService<IArtifactStore>().PingAsync);

        var app = builder.Build();
        app.MapFleetHealth();
        return app;
    }
}
