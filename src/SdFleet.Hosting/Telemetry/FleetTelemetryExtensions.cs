using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Hosting.Telemetry;

/// <summary>Traces and metrics over OTLP, by the variables that every OpenTelemetry program reads.</summary>
public static class FleetTelemetryExtensions
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Exports traces and metrics where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and costs nothing where it is not.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Holds the OTEL_ variables.</param>
    /// <param name="serviceName">Name of the service, unless <c>OTEL_SERVICE_NAME</c> says another.</param>
    public static IServiceCollection AddFleetTelemetry(this IServiceCollection services, IConfiguration configuration, string serviceName)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (string.IsNullOrEmpty(configuration[EndpointVariable]))
        {
            return services;
        }

        services.AddTransient<IStartupFilter, RouteNamedSpans>();
        services.AddOpenTelemetry()
            .ConfigureResource(r => r
                .AddService(configuration["OTEL_SERVICE_NAME"] ?? serviceName, "sdfleet", FleetVersion.Current, serviceInstanceId: Environment.MachineName)
                .AddEnvironmentVariableDetector())
            // RabbitMQ.Client has sources of its own; with MassTransit's they would show every message twice.
            .WithTracing(t => t.SetSampler(new NoPollingSampler()).AddSource("SdFleet.*", "MassTransit", "Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Azure.*"))
            .WithMetrics(m => m.AddMeter(
                "SdFleet.*", "MassTransit", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql"))
            .UseOtlpExporter();
        return services;
    }
}
