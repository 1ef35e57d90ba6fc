using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Tests.Datasets;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests.Exports;

/// <summary>A batch in a job store, of which some lines are made and their pictures stored, as a fleet would leave it.</summary>
internal sealed class StoredBatch(IJobStore jobs, IArtifactStore artifacts, int lines)
{
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public Guid Id { get; } = Guid.NewGuid();

    public async Task AdmitAsync()
    {
        var batch = new SubmitBatch { Id = Id, Tenant = "acme", Name = "prompts", Parts = [new BatchPart(lines, 100, new string('a', 64))], SubmittedAt = Time };
        await jobs.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = Time }, default);
        var expansion = new BatchExpansion
        {
            BatchId = Id,
            LinesBefore = 0,
            LinesAfter = lines,
            NextPart = 1,
            NextOffset = 0,
            IsLast = true,
            Jobs = [.. Enumerable.Range(1, lines).Select(line => new BatchJob(line, JobOf(line)))],
            At = Time,
        };
        Assert.True((await jobs.ExpandBatchAsync(expansion, default)).Applied);
    }

    /// <summary>Makes the next lines, in order.</summary>
    public async Task MakeAsync(int count, Func<DatasetImage, DatasetImage>? change = null)
    {
        var released = await jobs.ReleaseAsync("shapes", Lane.Bulk, count, Time, TimeSpan.FromHours(1), default);
        Assert.Equal(count, released.Count);
        foreach (var work in released.Select(r => r.Message))
        {
            var line = (await jobs.FindJobAsync(work.JobId, default))!.Line!.Value;
            var image = (change ?? (i => i))(Synthetic.Image(line));
            var record = image.Record.Image with { Artifact = ArtifactName.ForImage(work.ArtifactFolder, work.JobId, 0) };
            await artifacts.PutAsync(record.Artifact, Synthetic.Picture(line), "image/png", record.Sha256, null, default);
            var completed = new JobCompleted { JobId = work.JobId, Attempt = work.Attempt, WorkerId = "w1", At = Time, Images = [record] };
            Assert.Equal(EventResult.Applied, (await jobs.ApplyAsync([completed], new RetryPolicy(), Time, TimeSpan.FromHours(1), default)).Single().Result);
        }
    }

    private NewJob JobOf(int line)
    {
        var recipe = Synthetic.Image(line).Record.Recipe with { Filters = new ImageFilters { DuplicateDistance = 3 } };
        var job = new ResolvedJob
        {
            Id = DerivedId.FromBatchLine(Id, line),
            Tenant = "acme",
            Lane = Lane.Bulk,
            Images = 1,
            Recipe = recipe,
            SubmittedAt = Time,
        };
        return new NewJob { Job = job, ArtifactFolder = ArtifactName.BatchFolder(Id, line), Digest = JobDigest.Of(job), AdmittedAt = Time };
    }
}
