using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Hosting.Authentication;

/// <summary>The API's door.</summary>
public static class ApiKeyExtensions
{
    /// <summary>Every endpoint that does not say otherwise needs a key, where keys are configured.</summary>
    public static IServiceCollection AddApiKeys(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddValidatedOptions<ApiKeyOptions>(configuration.GetSection(ApiKeyOptions.SectionName), ApiKeyOptions.Validate);
        services.AddSingleton<ApiKeyRequirement>();

        // The core only: the rest is data protection, whose keys would be written to this machine's disk and protect nothing here.
        services.AddAuthenticationCore(options => options.DefaultScheme = ApiKeyAuthentication.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, configureOptions: null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(ApiKeyAuthentication.SchemeName).RequireAuthenticatedUser().Build());
        return services;
    }

    /// <summary>Which of the broker's users may submit for whom.</summary>
    public static IServiceCollection AddPublishers(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddValidatedOptions<PublisherOptions>(configuration.GetSection(PublisherOptions.SectionName), PublisherOptions.Validate);
    }

    /// <summary>The caller's tenant.</summary>
    public static string Tenant(this ClaimsPrincipal principal) =>
        principal.FindFirstValue(ApiKeyAuthentication.TenantClaim)
        ?? throw new InvalidOperationException("The caller has no tenant: the endpoint is not behind the API key policy.");

    /// <summary>Whether the caller runs the fleet, and not only uses it.</summary>
    public static bool IsOperator(this ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.HasClaim(claim => claim.Type == ApiKeyAuthentication.OperatorClaim);
    }
}
