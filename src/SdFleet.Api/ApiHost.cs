using SdFleet.Hosting;

namespace SdFleet.Api;

/// <summary>Puts the service together; <c>sdfleet up</c> and the tests build it the same way as its own executable.</summary>
public static class ApiHost
{
    /// <summary>The service, ready to start.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddHealthChecks();
        builder.Services.AddFleetTelemetry("sdfleet-api");

        var app = builder.Build();
        app.MapHealthChecks("/healthz");
        return app;
    }
}
