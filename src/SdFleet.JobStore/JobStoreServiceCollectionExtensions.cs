using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SdFleet.JobStore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the job store.</summary>
public static class JobStoreServiceCollectionExtensions
{
    /// <summary>Adds <see cref="IJobStore"/> as <paramref name="section"/> (<see cref="JobStoreOptions"/>) says, its schema brought up to date at start.</summary>
    public static IServiceCollection AddJobStore(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);

        services.AddOptions<JobStoreOptions>().Bind(section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<JobStoreOptions>>(new JobStoreOptionsValidator(section.Path)));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => JobStores.Open(
            provider.GetRequiredService<IOptions<JobStoreOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<JobStoreStartup>();
        return services;
    }
}
