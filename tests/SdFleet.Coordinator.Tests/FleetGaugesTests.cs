using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Gauges;
using SdFleet.Coordinator.Scaling;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Tests;

public sealed class FleetGaugesTests : IDisposable
{
    // Of this test alone: the instruments are the process's.
    private const string Model = "gauged";

    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-gauges-").FullName;

    [Fact]
    public async Task Gauges_FollowJobsAndWorkers_DownToNought()
    {
        var values = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "SdFleet.Coordinator")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        await using var store = JobStores.Open(new JobStoreOptions { Path = Path.Combine(_folder, "jobs.db") });
        await store.MigrateAsync(default);
        var models = ModelCatalog.Read(new ConfigurationBuilder().AddInMemoryCollection([new($"{ModelCatalog.SectionName}:0:Name", Model), new($"{ModelCatalog.SectionName}:0:PricePerGpuHour", "900")]).Build());
        using var gauges = new FleetGauges(
            store, models, new JobCosts(), Options.Create(new ScaleOptions { SecondsPerJob = 4 }), TimeProvider.System, NullLogger<FleetGauges>.Instance);
        var jobs = Enumerable.Range(0, 3).Select(_ => NewJob()).ToList();
        await store.AdmitAsync(jobs, default);
        await store.ReleaseAsync(Model, Lane.Bulk, 1, TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1), default);
        await store.RecordHeartbeatsAsync([JobCostsTests.Heartbeat(Model, "d")], TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1), default);

        await gauges.ObserveAsync(default);

        Assert.Equal((2, 1, 0), (values["sdfleet.coordinator.jobs Bulk Queued"], values["sdfleet.coordinator.jobs Bulk Released"], values["sdfleet.coordinator.jobs Normal Queued"]));
        Assert.Equal((12, 1), (values["sdfleet.coordinator.outstanding"], values["sdfleet.coordinator.workers"]));

        // Twelve seconds at 900 an hour.
        Assert.Equal(3, values["sdfleet.coordinator.cost.outstanding"], 9);

        await store.CancelAsync([.. jobs.Select(j => j.Job.Id)], TimeProvider.System.GetUtcNow(), default);
        await gauges.ObserveAsync(default);

        Assert.Equal((0, 0, 0), (values["sdfleet.coordinator.jobs Bulk Queued"], values["sdfleet.coordinator.jobs Bulk Released"], values["sdfleet.coordinator.outstanding"]));
        Assert.Equal(0, values["sdfleet.coordinator.cost.outstanding"]);

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = tags.ToArray();
            if (labels.Any(t => t is { Key: "sdfleet.model", Value: Model }))
            {
                values[string.Join(' ', [instrument.Name, .. labels.Where(t => t.Key != "sdfleet.model").Select(t => t.Value)])] = value;
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static NewJob NewJob()
    {
        var job = new ResolvedJob
        {
            Id = Guid.NewGuid(), Tenant = "t", Lane = Lane.Bulk, Images = 1, SubmittedAt = DateTimeOffset.UnixEpoch,
            Recipe = new Recipe { Model = Model, Prompt = "p", Width = 64, Height = 64, Steps = 1, GuidanceScale = 1, Scheduler = "ddim", Seed = 1 },
        };
        return new NewJob { Job = job, ArtifactFolder = "d", Digest = JobDigest.Of(job), AdmittedAt = DateTimeOffset.UnixEpoch };
    }
}
