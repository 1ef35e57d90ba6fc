using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;
using SdFleet.Contracts.Workers;

namespace SdFleet.JobStore.Tests;

/// <summary>Jobs, reports and heartbeats as they come in.</summary>
internal static class Samples
{
    public const string Model = "shapes";

    public static DateTimeOffset Time { get; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static NewJob Job(
        Guid? id = null,
        string prompt = "a red circle",
        string model = Model,
        Lane lane = Lane.Normal,
        string tenant = "acme",
        int images = 1,
        Webhook? webhook = null)
    {
        var job = new ResolvedJob
        {
            Id = id ?? Guid.NewGuid(),
            Tenant = tenant,
            Lane = lane,
            Images = images,
            Recipe = new Recipe
            {
                Model = model,
                Prompt = prompt,
                Width = 128,
                Height = 128,
                Steps = 20,
                GuidanceScale = 3.5,
                Scheduler = "ddim",
                Seed = 4_294_967_296,
            },
            Webhook = webhook,
            SubmittedAt = Time.AddSeconds(-5),
        };
        return new NewJob
        {
            Job = job,
            ArtifactFolder = ArtifactName.DayFolder(job.SubmittedAt),
            Digest = JobDigest.Of(job),
            AdmittedAt = Time,
            Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
    }

    public static JobStarted Started(Guid id, int attempt = 1, string worker = "w1", DateTimeOffset? at = null) =>
        new() { JobId = id, Attempt = attempt, WorkerId = worker, At = at ?? Time };

    public static JobProgress Progress(Guid id, int step, int attempt = 1, string worker = "w1") =>
        new() { JobId = id, Attempt = attempt, WorkerId = worker, Step = step, Steps = 20, At = Time };

    public static JobCompleted Completed(Guid id, int images = 1, int attempt = 1, string worker = "w1") =>
        new() { JobId = id, Attempt = attempt, WorkerId = worker, At = Time, Images = [.. Enumerable.Range(0, images).Select(i => Image(id, i, attempt, worker))] };

    public static JobFailed Failed(Guid id, ErrorClass error = ErrorClass.Transient, int attempt = 1, string worker = "w1", string reason = "it broke") =>
        new() { JobId = id, Attempt = attempt, WorkerId = worker, ErrorClass = error, Reason = reason, At = Time };

    public static ImageRecord Image(Guid id, int index, int attempt = 1, string worker = "w1") => new()
    {
        Index = index,
        Artifact = ArtifactName.ForImage("2026-01-31", id, index),
        Sha256 = new string('a', 64),
        Bytes = 12_345,
        Width = 128,
        Height = 128,
        Seed = 4_294_967_296 + index,
        Attempt = attempt,
        WorkerId = worker,
        ModelDigest = new string('b', 64),
        RuntimeVersion = "1.29.0",
        ExecutionProvider = "CPU",
        Device = "a processor",
        Timings = new ImageTimings { TextEncodeMs = 1, DenoiseMs = 2.5, DecodeMs = 3, EncodeMs = 4, UploadMs = 5 },
        TraceId = "0af7651916cd43dd8448eb211c80319c",
        CreatedAt = Time,
    };

    public static WorkerHeartbeat Heartbeat(string worker = "w1", DateTimeOffset? at = null, WorkerState state = WorkerState.Busy, params HeldAttempt[] holds) => new()
    {
        WorkerId = worker,
        Host = "host-1",
        Model = Model,
        ExecutionProvider = "CPU",
        Device = "a processor",
        RuntimeVersion = "1.29.0",
        Version = "0.1.0",
        State = state,
        Holds = holds,
        ImagesDone = 7,
        StartedAt = Time.AddMinutes(-10),
        At = at ?? Time,
    };
}
