using SdFleet.Coordinator.Admission;
using SdFleet.Coordinator.Batches;
using SdFleet.Coordinator.Events;
using SdFleet.Coordinator.Exports;
using SdFleet.Coordinator.Gauges;
using SdFleet.Coordinator.Inputs;
using SdFleet.Coordinator.Leases;
using SdFleet.Coordinator.Release;
using SdFleet.Coordinator.Scaling;
using SdFleet.Coordinator.Webhooks;
using SdFleet.Hosting.Authentication;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;

namespace SdFleet.Coordinator;

/// <summary>The coordinator's services; the process adds the bus, the stores and the models.</summary>
public static class CoordinatorServices
{
    /// <summary>Adds admission, batches, release, leases, the workers' reports, exports and webhooks.</summary>
    public static IServiceCollection AddSdFleetCoordinator(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddValidatedOptions<ReleaseOptions>(configuration.GetSection(ReleaseOptions.SectionName), ReleaseOptions.Validate);
        services.AddValidatedOptions<LeaseOptions>(configuration.GetSection(LeaseOptions.SectionName), LeaseOptions.Validate);
        services.AddValidatedOptions<RetryPolicy>(configuration.GetSection("SdFleet:Retry"), ValidateRetry);
        services.AddValidatedOptions<BatchOptions>(configuration.GetSection(BatchOptions.SectionName), BatchOptions.Validate);
        services.AddValidatedOptions<ExportOptions>(configuration.GetSection(ExportOptions.SectionName), ExportOptions.Validate);
        services.AddValidatedOptions<InputOptions>(configuration.GetSection(InputOptions.SectionName), InputOptions.Validate);
        services.AddPublishers(configuration);
        services.AddWebhookDelivery(configuration);
        services.AddDrain(TimeSpan.FromSeconds(5));
        services.AddWorkTopology();
        services.AddSingleton<ReleaseSignal>();
        services.AddSingleton<Admitter>();
        services.AddSingleton<SubmissionIntake>();
        services.AddSingleton<BatchAdmitter>();
        services.AddSingleton<BatchPartReader>();
        services.AddSingleton<BatchExpander>();
        services.AddSingleton<AbandonedUploads>();
        services.AddSingleton<UnusedInputs>();
        services.AddSingleton<ExportRunner>();
        services.AddSingleton<StopNotices>();
        services.AddSingleton<ReportBook>();
        services.AddSingleton<Releaser>();
        services.AddSingleton<JobCosts>();
        services.AddHostedService<ReleaseService>();
        services.AddHostedService<LeaseService>();
        services.AddHostedService<BatchExpansionService>();
        services.AddHostedService<AbandonedUploadService>();
        services.AddHostedService<UnusedInputService>();
        services.AddHostedService<ExportService>();
        services.AddHostedService<FleetGauges>();
        return services;
    }

    private static IEnumerable<string> ValidateRetry(RetryPolicy policy)
    {
        if (policy.MaxFailures is < 1 or > 100)
        {
            yield return $"MaxFailures is {policy.MaxFailures}: 1 to 100";
        }

        if (policy.MaxEvictions is < 1 or > 1000)
        {
            yield return $"MaxEvictions is {policy.MaxEvictions}: 1 to 1000";
        }

        if (policy.BaseDelay <= TimeSpan.Zero || policy.BaseDelay > policy.MaxDelay)
        {
            yield return $"BaseDelay is {policy.BaseDelay}: above 0 and at most MaxDelay ({policy.MaxDelay})";
        }

        if (policy.Jitter is not (>= 0 and <= 1))
        {
            yield return $"Jitter is {policy.Jitter}: 0 to 1";
        }
    }
}
