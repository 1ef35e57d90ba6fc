using SdFleet.Contracts.Images;

namespace SdFleet.JobStore.Tests;

public abstract class ReadTests(JobStoreKind kind) : StoreTests(kind)
{
    [Fact]
    public async Task Find_UnknownIds_AreNull()
    {
        var id = await AdmitAsync();

        Assert.Null(await Store.FindJobAsync(Guid.NewGuid(), default));
        Assert.Null(await Store.FindImageAsync(id, 0, default));
        Assert.Null(await Store.FindImageAsync(Guid.NewGuid(), 0, default));
    }

    [Fact]
    public async Task FindImage_OfACompletedJob_IsTheRecord()
    {
        var id = await RunningAsync(images: 2);
        await ApplyAsync(Samples.Completed(id, images: 2));

        Assert.Equal(Samples.Image(id, 1), await Store.FindImageAsync(id, 1, default));
        Assert.Null(await Store.FindImageAsync(id, 2, default));
    }

    [Fact]
    public async Task ReadManifest_Whole_IsInOrderOfAdmissionAcrossPages()
    {
        var jobs = Enumerable.Range(0, 1100).Select(i => Samples.Job(prompt: $"picture {i}", images: 2)).ToList();
        await Store.AdmitAsync(jobs, default);
        await ReleaseAsync(max: 2000);

        // The last three are never finished, and the others finish in the opposite order.
        JobEvent[] events = [.. jobs.SkipLast(3).Reverse().Select(j => JobEvent.From(Samples.Completed(j.Job.Id, images: 2)))];
        await Store.ApplyAsync(events, Policy, Now, RunningLease, default);

        var manifest = await ReadAsync(null);

        Assert.Equal(
            jobs.SkipLast(3).SelectMany(j => new[] { (j.Job.Recipe.Prompt, 0), (j.Job.Recipe.Prompt, 1) }),
            manifest.Select(r => (r.Recipe.Prompt, r.Image.Index)));
        Assert.Equal(jobs[0].Job.Recipe, manifest[0].Recipe);
        Assert.Equal((jobs[0].Job.Id, "acme"), (manifest[0].JobId, manifest[0].Tenant));
        Assert.Equal(Samples.Image(jobs[0].Job.Id, 0), manifest[0].Image);
    }

    [Fact]
    public async Task ReadManifest_OfSomeJobs_HasTheirsOnly()
    {
        var jobs = Enumerable.Range(0, 600).Select(_ => Samples.Job()).ToList();
        await Store.AdmitAsync(jobs, default);
        await ReleaseAsync(max: 1000);
        await Store.ApplyAsync([.. jobs.Select(j => JobEvent.From(Samples.Completed(j.Job.Id)))], Policy, Now, RunningLease, default);
        var wanted = jobs.Where((_, i) => i % 2 == 0).Select(j => j.Job.Id).ToList();

        var manifest = await ReadAsync([.. wanted.AsEnumerable().Reverse(), Guid.NewGuid()]);

        Assert.Equal(wanted, manifest.Select(r => r.JobId));
        Assert.Empty(await ReadAsync([]));
    }

    [Fact]
    public async Task Everything_WithEmptyLists_DoesNothing()
    {
        Assert.Empty(await Store.AdmitAsync([], default));
        Assert.Equal(0, await Store.RejectAsync([], default));
        Assert.Equal(0, await Store.ReturnAsync([], default));
        Assert.Empty(await Store.ApplyAsync([], Policy, Now, RunningLease, default));
        Assert.Empty(await Store.RecordHeartbeatsAsync([], Now, RunningLease, default));
        Assert.Empty(await Store.CancelAsync([], Now, default));
        Assert.Empty(await Store.ExpireLeasesAsync(Policy, Now, 10, default));
        Assert.Empty(await Store.CountAsync(default));
        Assert.Equal(0, await Store.InFlightAsync(Samples.Model, default));
        Assert.Empty(await ReadAsync(null));
    }

    [Fact]
    public async Task Reopen_AnotherProcess_SeesWhatWasCommitted()
    {
        var id = await RunningAsync();
        await ApplyAsync(Samples.Completed(id));

        await using var other = JobStores.Open(Options);
        await other.MigrateAsync(default);

        Assert.Single((await other.FindJobAsync(id, default))!.Images);
    }

    private async Task<List<ManifestRecord>> ReadAsync(IReadOnlyCollection<Guid>? ids)
    {
        var records = new List<ManifestRecord>();
        await foreach (var record in Store.ReadManifestAsync(ids, default))
        {
            records.Add(record);
        }

        return records;
    }
}

public sealed class EmbeddedReadTests() : ReadTests(JobStoreKind.Embedded);

public sealed class PostgresReadTests() : ReadTests(JobStoreKind.Postgres);
