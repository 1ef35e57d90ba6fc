using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Worker.Consumers;
using SdFleet.Worker.Devices;
using SdFleet.Worker.Filtering;
using SdFleet.Worker.Guarding;
using SdFleet.Worker.Inference;
using SdFleet.Worker.Models;
using SdFleet.Worker.Output;
using SdFleet.Worker.Reporting;

namespace SdFleet.Worker;

/// <summary>The worker's services; the process adds the bus, the artifact store and the models.</summary>
public static class WorkerServices
{
    /// <summary>Adds the model, the inference thread and the reports.</summary>
    /// <returns>The worker's queues, for the bus of the process.</returns>
    public static IFleetBusRoom AddSdFleetWorker(this IServiceCollection services, IConfiguration configuration, ModelCatalog models)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(models);
        var section = configuration.GetSection(WorkerOptions.SectionName);
        services.AddValidatedOptions<WorkerOptions>(section, WorkerOptions.Validate);
        var options = new WorkerOptions();
        section.Bind(options);

        var name = LoadedModel.NameOf(models, options);
        services.AddDrain(options.FinishTimeout);
        services.AddSingleton<LoadedModel>();
        services.AddHostedService(s => s.GetRequiredService<LoadedModel>());
        services.AddSingleton(new DevicePrice(options.PricePerGpuHour ?? models.Find(name)?.PricePerGpuHour));
        services.AddHostedService<DeviceMetricsService>();
        services.AddSingleton<DeviceBreaker>();
        services.AddSingleton<WorkerEnd>();
        services.AddSingleton<InferenceThread>();
        services.AddSingleton<LoadedScorer>();
        services.AddHostedService(s => s.GetRequiredService<LoadedScorer>());
        services.AddSingleton<PictureFilter>();
        services.AddSingleton<LoraFolder>();
        services.AddSingleton<StorePatience>();
        services.AddSingleton<RecipePreparation>();
        services.AddSingleton<Drawing>();
        services.AddSingleton<FinishedImages>();
        services.AddSingleton<WorkerIdentity>();
        services.AddSingleton<AttemptsInHand>();
        services.AddSingleton<ReportOutbox>();
        services.AddSingleton<AttemptRunner>();
        services.AddHostedService<HeartbeatService>();
        services.AddHostedService<StepWatchdog>();
        services.AddHostedService<StopWatchdog>();
        services.AddHealthChecks().AddCheck<InferenceHealthCheck>("inference", tags: ["live"]);
        return new WorkerRoom(name, WorkerIdentity.NewId(), options.MaxBatchImages);
    }
}
