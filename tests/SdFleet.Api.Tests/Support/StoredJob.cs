using System.Security.Cryptography;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;

namespace SdFleet.Api.Tests.Support;

/// <summary>Puts jobs into a server's stores as coordinator and worker would.</summary>
public static class StoredJob
{
    public static readonly DateTimeOffset Day = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static ResolvedJob Job(Guid id, string tenant = "default", int images = 1, string prompt = "a red circle", Lane lane = Lane.Normal) => new()
    {
        Id = id,
        Tenant = tenant,
        Lane = lane,
        Images = images,
        SubmittedAt = Day,
        Recipe = new Recipe
        {
            Model = "shapes",
            Prompt = prompt,
            Width = 128,
            Height = 128,
            Steps = 20,
            GuidanceScale = 7.5,
            Scheduler = "pndm",
            Seed = DerivedId.SeedFor(id),
        },
    };

    public static async Task AdmitAsync(this ApiServer api, ResolvedJob job)
    {
        var outcomes = await api.Jobs.AdmitAsync(
            [new NewJob { Job = job, ArtifactFolder = ArtifactName.DayFolder(job.SubmittedAt), Digest = JobDigest.Of(job), AdmittedAt = Day }],
            CancellationToken.None);
        Assert.Equal(AdmitResult.Admitted, outcomes.Single().Result);
    }

    /// <summary>Admits the job, and completes it with these files.</summary>
    public static async Task<IReadOnlyList<ImageRecord>> CompleteAsync(this ApiServer api, ResolvedJob job, params byte[][] files)
    {
        await api.AdmitAsync(job);
        var released = await api.Jobs.ReleaseAsync("shapes", job.Lane, 1000, Day, TimeSpan.FromHours(1), CancellationToken.None);
        var work = released.Single(r => r.Message.JobId == job.Id).Message;
        var records = new List<ImageRecord>();
        foreach (var (index, file) in files.Index())
        {
            var record = Record(work, index, file);
            await api.Artifacts.PutAsync(record.Artifact, file, "image/png", record.Sha256, metadata: null, CancellationToken.None);
            records.Add(record);
        }

        var completed = new JobCompleted { JobId = job.Id, Attempt = work.Attempt, WorkerId = "w1", Images = records, At = Day };
        await api.Jobs.ApplyAsync([completed], new RetryPolicy(), Day, TimeSpan.FromHours(1), CancellationToken.None);
        return records;
    }

    public static ImageRecord Record(GenerateImages work, int index, byte[] file) => new()
    {
        Index = index,
        Artifact = ArtifactName.ForImage(work.ArtifactFolder, work.JobId, index),
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(file)),
        Bytes = file.Length,
        Width = 128,
        Height = 128,
        Seed = work.Recipe.Seed + index,
        Attempt = work.Attempt,
        WorkerId = "w1",
        ModelDigest = new string('0', 64),
        RuntimeVersion = "1",
        ExecutionProvider = "CPU",
        Device = "test",
        Timings = new ImageTimings { TextEncodeMs = 1, DenoiseMs = 2, DecodeMs = 3, EncodeMs = 4, UploadMs = 5 },
        CreatedAt = Day,
    };
}
