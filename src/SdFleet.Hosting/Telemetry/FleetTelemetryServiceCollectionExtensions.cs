using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace SdFleet.Hosting;

/// <summary>Telemetry, the same in every service.</summary>
public static class FleetTelemetryServiceCollectionExtensions
{
    /// <summary>Adds OpenTelemetry under this service's name.</summary>
    public static IServiceCollection AddFleetTelemetry(this IServiceCollection services, string serviceName)
    {
        services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(serviceName));
        return services;
    }
}
