using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Webhooks;

namespace SdFleet.Coordinator.Webhooks;

/// <summary>What delivers webhooks.</summary>
internal static class WebhookDelivery
{
    public static IServiceCollection AddWebhookDelivery(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddWebhooks(configuration);
        services.AddValidatedOptions<WebhookDeliveryOptions>(
            configuration.GetSection(WebhookDeliveryOptions.SectionName), WebhookDeliveryOptions.Validate);
        services.AddSingleton<WebhookConnector>();
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<WebhookBodies>();
        services.AddSingleton<WebhookDeliverer>();
        services.AddHostedService<WebhookService>();
        return services;
    }
}
