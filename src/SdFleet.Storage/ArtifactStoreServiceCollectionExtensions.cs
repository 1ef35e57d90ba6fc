using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SdFleet.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the artifact store.</summary>
public static class ArtifactStoreServiceCollectionExtensions
{
    /// <summary>Adds <see cref="IArtifactStore"/> as <paramref name="section"/> (<see cref="ArtifactStoreOptions"/>) says, made ready at start.</summary>
    public static IServiceCollection AddArtifactStore(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);

        services.AddOptions<ArtifactStoreOptions>().Bind(section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ArtifactStoreOptions>>(new ArtifactStoreOptionsValidator(section.Path)));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => ArtifactStores.Open(
            provider.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<ArtifactStoreStartup>();
        return services;
    }
}
