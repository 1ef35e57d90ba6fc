using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using SdFleet.Hosting.Telemetry;
using OpenTelemetry.Trace;

namespace SdFleet.Hosting.Tests.Telemetry;

public sealed class FleetTelemetryTests
{
    [Fact]
    public async Task AddFleetTelemetry_HostStarted_RecordsAsTheNamedService()
    {
        using var source = new ActivitySource("SdFleet.Hosting.Tests");
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9";
        builder.Services.AddFleetTelemetry(builder.Configuration, "test-service");

        using var host = builder.Build();
        await host.StartAsync();
        using var activity = source.StartActivity("work");
        await host.StopAsync();

        Assert.NotNull(activity);
        var resource = host.Services.GetRequiredService<TracerProvider>().GetResource();
        Assert.Contains(resource.Attributes, a => a.Key == "service.name" && (string)a.Value == "test-service");
    }
}
