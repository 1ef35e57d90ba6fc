using SdFleet.Hosting.Configuration;

namespace SdFleet.Coordinator.Scaling;

/// <summary>What only a coordinator with an autoscaler beside it needs.</summary>
internal static class ScalingServices
{
    public static IServiceCollection AddScaling(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(ScaleOptions.SectionName);
        services.AddValidatedOptions<ScaleOptions>(section, ScaleOptions.Validate);
        if (section.GetValue<bool>(nameof(ScaleOptions.DeletionCost)))
        {
            services.AddSingleton(_ => KubernetesPods.OfThisPod());
            services.AddHostedService<DeletionCostService>();
        }

        return services;
    }
}
