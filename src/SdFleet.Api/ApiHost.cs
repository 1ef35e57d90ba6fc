using Microsoft.Extensions.Configuration.Memory;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Health;
using SdFleet.Hosting.Telemetry;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Api;

/// <summary>The API as a service of its own.</summary>
public static class ApiHost
{
    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);

        // Below everything else that says how much to log: otherwise each request is five lines.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = [new("Logging:LogLevel:Microsoft.AspNetCore", nameof(LogLevel.Warning))],
        });
        builder.Services.AddSingleton(ModelCatalog.Read(builder.Configuration));
        builder.Services.AddFleetTelemetry(builder.Configuration, "sdfleet-api");
        builder.Services.AddJobStore(builder.Configuration.GetSection(JobStoreOptions.SectionName));
        builder.Services.AddArtifactStore(builder.Configuration.GetSection(ArtifactStoreOptions.SectionName));
        builder.Services.AddSdFleetApi(builder.Configuration);
        builder.Services.AddFleetBus(builder.Configuration);

        // In memory, a message reaches nobody outside this process, and nobody inside takes it: accepted jobs would be lost.
        builder.Services.AddOptions<TransportOptions>().Validate(
            transport => transport.Kind != TransportKind.InMemory,
            $"{TransportOptions.SectionName}:Kind is {TransportKind.InMemory}: a service of its own needs {TransportKind.RabbitMq} (sdfleet up runs everything in one process)");
        builder.Services.AddHealthChecks()
            .AddPing("job-store", s => s.GetRequiredService<IJobStore>().PingAsync)
            .AddPing("artifacts", s => s.GetRequiredService<IArtifactStore>().PingAsync);

        var app = builder.Build();
        app.MapSdFleetApi();
        app.MapFleetHealth();
        return app;
    }
}
