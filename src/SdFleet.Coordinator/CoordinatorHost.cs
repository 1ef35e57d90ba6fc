using SdFleet.Coordinator.Consumers;
using SdFleet.Coordinator.Scaling;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Health;
using SdFleet.Hosting.Telemetry;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Coordinator;

/// <summary>The coordinator as a service of its own.</summary>
public static class CoordinatorHost
{
    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSingleton(ModelCatalog.Read(builder.Configuration));
        builder.Services.AddFleetTelemetry(builder.Configuration, "sdfleet-coordinator");
        builder.Services.AddJobStore(builder.Configuration.GetSection(JobStoreOptions.SectionName));
        builder.Services.AddArtifactStore(builder.Configuration.GetSection(ArtifactStoreOptions.SectionName));
        builder.Services.AddSdFleetCoordinator(builder.Configuration);
        builder.Services.AddScaling(builder.Configuration);
        builder.Services.AddFleetBus(builder.Configuration, new CoordinatorRoom());
        builder.Services.RequireBroker();
        builder.Services.AddHealthChecks()
            .AddPing("job-store", s => s.GetRequiredService<IJobStore>().PingAsync);

        var app = builder.Build();
        app.MapFleetHealth();
        app.MapScale();
        return app;
    }
}
