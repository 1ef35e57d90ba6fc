using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Hosting.Webhooks;

/// <summary>What API and coordinator share of webhooks.</summary>
public static class WebhookServices
{
    /// <summary>Adds <see cref="WebhookOptions"/>, once in a process that is both.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        return services.Any(service => service.ServiceType == typeof(IValidateOptions<WebhookOptions>))
            ? services
            : services.AddValidatedOptions<WebhookOptions>(configuration.GetSection(WebhookOptions.SectionName), WebhookOptions.Validate);
    }
}
