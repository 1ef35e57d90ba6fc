using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Coordinator.Batches;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests;

[Collection(Alone.Name)]
public sealed class AbandonedUploadTests
{
    [Fact]
    public async Task Sweep_RemovesWhatIsOldAndUnchanged_AndNothingElse()
    {
        var removed = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "sdfleet.coordinator.batch.parts.removed")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => removed += count);
        listener.Start();
        await using var coordinator = await CoordinatorFixture.StartAsync();
        var (abandoned, slow, recent, submitted, lost) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        foreach (var id in new[] { abandoned, slow, submitted, lost })
        {
            await PutAsync(coordinator, id, 0, age: TimeSpan.FromDays(30));
            await PutAsync(coordinator, id, 1, age: TimeSpan.FromDays(8));
        }

        // Its first parts are old, and it is still going on.
        await PutAsync(coordinator, slow, 2, age: TimeSpan.FromDays(6));
        await PutAsync(coordinator, recent, 0, age: TimeSpan.FromHours(1));

        // The job store does not know this one, and there are pictures of it.
        await coordinator.Artifacts.PutAsync($"batches/{lost}/images/000000/x.png", new byte[1], "image/png", Hash(new byte[1]), null, default);
        var batch = new SubmitBatch { Id = submitted, Tenant = "acme", Name = "b", Parts = [new BatchPart(1, 1, new string('a', 64))], SubmittedAt = TimeProvider.System.GetUtcNow() };
        await coordinator.Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = TimeProvider.System.GetUtcNow() }, default);
        var uploads = ActivatorUtilities.CreateInstance<AbandonedUploads>(coordinator.Services);

        Assert.Equal(0, await uploads.SweepAsync(default));
        Assert.Equal(2, (await PartsAsync(coordinator, abandoned)).Count);
        Assert.Equal(2, await uploads.SweepAsync(default));
        Assert.Equal(0, await uploads.SweepAsync(default));

        Assert.Empty(await PartsAsync(coordinator, abandoned));
        foreach (var (id, parts) in new[] { (slow, 3), (recent, 1), (submitted, 2), (lost, 2) })
        {
            Assert.Equal(parts, (await PartsAsync(coordinator, id)).Count);
        }

        Assert.Equal(2, removed);
    }

    [Fact]
    public async Task Sweep_WhileAnUploadGoesOnOrIsSubmitted_LeavesIt()
    {
        await using var coordinator = await CoordinatorFixture.StartAsync();
        var (goesOn, submitted) = (Guid.NewGuid(), Guid.NewGuid());
        await PutAsync(coordinator, goesOn, 0, age: TimeSpan.FromDays(30));
        await PutAsync(coordinator, submitted, 0, age: TimeSpan.FromDays(30));
        var uploads = ActivatorUtilities.CreateInstance<AbandonedUploads>(coordinator.Services);
        Assert.Equal(0, await uploads.SweepAsync(default));

        await PutAsync(coordinator, goesOn, 1, age: TimeSpan.Zero);
        var batch = new SubmitBatch { Id = submitted, Tenant = "acme", Name = "b", Parts = [new BatchPart(1, 1, new string('a', 64))], SubmittedAt = TimeProvider.System.GetUtcNow() };
        await coordinator.Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = TimeProvider.System.GetUtcNow() }, default);

        Assert.Equal(0, await uploads.SweepAsync(default));
        Assert.Equal(0, await uploads.SweepAsync(default));
    }

    private static async Task PutAsync(CoordinatorFixture coordinator, Guid batch, int number, TimeSpan age)
    {
        var name = ArtifactName.ForBatchPart("acme", batch, number);
        var content = new byte[] { 1, (byte)number };
        await coordinator.Artifacts.PutAsync(name, content, "application/jsonl", Hash(content), null, default);
        var root = coordinator.Services.GetRequiredService<IOptions<ArtifactStoreOptions>>().Value.Path!;
        File.SetLastWriteTimeUtc(Path.Combine(root, name), (TimeProvider.System.GetUtcNow() - age).UtcDateTime);
    }

    private static async Task<List<ArtifactEntry>> PartsAsync(CoordinatorFixture coordinator, Guid batch) =>
        await coordinator.Artifacts.ListAsync(ArtifactName.BatchPartPrefix("acme", batch), default).ToListAsync();

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
