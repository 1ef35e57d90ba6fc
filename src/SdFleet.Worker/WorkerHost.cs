using SdFleet.Hosting;

namespace SdFleet.Worker;

/// <summary>Puts the service together; <c>sdfleet up</c> and the tests build it the same way as its own executable.</summary>
public static class WorkerHost
{
    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddHealthChecks();
        builder.Services.AddFleetTelemetry("sdfleet-worker");

        var app = builder.Build();
        app.MapHealthChecks("/healthz");
        return app;
    }
}
