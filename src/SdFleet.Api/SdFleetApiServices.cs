using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SdFleet.Api.Batches;
using SdFleet.Api.Door;
using SdFleet.Api.Inputs;
using SdFleet.Api.Jobs;
using SdFleet.Api.OpenApi;
using SdFleet.Contracts;
using SdFleet.Hosting.Authentication;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Webhooks;

namespace SdFleet.Api;

/// <summary>Puts the API into a process.</summary>
public static class SdFleetApiServices
{
    /// <summary>
    /// Adds the API's services, its keys and its door; the process adds the bus, the stores and the models, of which rooms
    /// that share a process share one. Call it after anything that chooses Kestrel's transport.
    /// </summary>
    public static IServiceCollection AddSdFleetApi(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddValidatedOptions<ApiOptions>(configuration.GetSection(ApiOptions.SectionName), ApiOptions.Validate);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<KnownJobs>();
        services.AddSingleton<BatchViews>();
        services.AddSingleton<InputQuota>();
        services.AddApiKeys(configuration);
        services.AddWebhooks(configuration);
        services.AddLoopbackDoor();
        services.ConfigureHttpJsonOptions(json =>
        {
            ContractsJson.Apply(json.SerializerOptions);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddFleetOpenApi();
        services.AddTransient<IStartupFilter, ApiPipeline>();
        return services;
    }
}
