using SdFleet.Cli.Chaos.Check;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Submission;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Tests.Chaos;

/// <summary>What a run finds where every promise was kept; tests then break one.</summary>
internal sealed class World
{
    public const string Worker = "host-1";

    private static readonly DateTimeOffset SubmittedAt = new(2026, 1, 31, 23, 59, 59, TimeSpan.Zero);

    public World(int jobs = 400)
    {
        Jobs = JobPlan.Draw(seed: 7, jobs);
        Entries = [.. Jobs.Select(j => new LedgerEntry(j))];
        foreach (var entry in Entries)
        {
            if (entry.Job.IsValid)
            {
                Make(entry);
            }
            else
            {
                Refuse(entry);
            }
        }
    }

    public IReadOnlyList<PlannedJob> Jobs { get; }

    public List<LedgerEntry> Entries { get; }

    public Dictionary<Guid, JobView> Records { get; } = [];

    public Dictionary<string, string> Artifacts { get; } = [];

    public Dictionary<(string Prompt, long Seed), int> Runs { get; } = [];

    public List<SubmissionRejected> Rejections { get; } = [];

    public static string Name(PlannedJob job, int index) => $"2026-01-31/{job.Id:D}-{index}.png";

    /// <summary>A job of a kind, of two pictures at least.</summary>
    public LedgerEntry Some(JobKind kind, Door? door = null) =>
        Entries.First(e => e.Job.Kind == kind && e.Job.Images > 1 && (door is null || e.Job.Door == door));

    public Oracle Judge() => Oracle.Judge(new Evidence { Jobs = Entries, Records = Records, Artifacts = Artifacts, Runs = Runs, Rejections = Rejections });

    /// <summary>Replaces what the API shows of one picture.</summary>
    public void Change(PlannedJob job, int index, Func<ImageRecord, ImageRecord> change)
    {
        var record = Records[job.Id];
        Records[job.Id] = record with
        {
            Images = [.. record.Images.Select((image, i) => i == index ? image with { Record = change(image.Record) } : image)],
        };
    }

    public static JobCompleted Completion(PlannedJob job, int attempt, string worker) => new()
    {
        JobId = job.Id,
        Attempt = attempt,
        WorkerId = worker,
        Images = [.. Enumerable.Range(0, job.Images).Select(i => Image(job, i))],
        At = SubmittedAt,
    };

    private static string Digest(PlannedJob job, int index) => $"{job.Number}-{index}".PadLeft(64, '0');

    private static ImageRecord Image(PlannedJob job, int index) => new()
    {
        Index = index,
        Artifact = Name(job, index),
        Sha256 = Digest(job, index),
        Bytes = 1,
        Width = 64,
        Height = 64,
        Seed = job.Seed + index,
        Attempt = 1,
        WorkerId = Worker,
        ModelDigest = "m",
        RuntimeVersion = "synthetic",
        ExecutionProvider = "Synthetic",
        Device = "none",
        Timings = new ImageTimings { TextEncodeMs = 0, DenoiseMs = 1, DecodeMs = 0, EncodeMs = 0, UploadMs = 0 },
        CreatedAt = SubmittedAt,
    };

    private static JobView Record(PlannedJob job, JobState state) => new()
    {
        Id = job.Id,
        State = state,
        Tenant = job.Tenant,
        Lane = job.Lane,
        ImageCount = job.Images,
        Progress = 1,
        Attempts = 1,
        Failures = 0,
        Evictions = 0,
        SubmittedAt = SubmittedAt,
        Images = [],
        Recipe = new Recipe
        {
            Model = "chaos", Prompt = job.Prompt, Width = 64, Height = 64, Steps = job.Steps, GuidanceScale = 7.5, Scheduler = "ddim", Seed = job.Seed,
        },
    };

    private void Make(LedgerEntry entry)
    {
        var job = entry.Job;
        var isCancelled = job.Kind == JobKind.Cancelled;
        entry.Submitted = Answer.Yes;
        entry.Repeated = job.Kind == JobKind.Repeated ? Answer.Yes : Answer.None;
        entry.Contradicted = job.Kind == JobKind.Conflicting ? Answer.No : Answer.None;
        entry.Cancelled = isCancelled ? Answer.Yes : Answer.None;
        entry.FirstEnd = isCancelled ? JobState.Cancelled : JobState.Completed;
        Records[job.Id] = Record(job, entry.FirstEnd.Value);
        for (var i = 0; i < job.Images; i++)
        {
            Runs[(job.Prompt, job.Seed + i)] = 1;
        }

        if (isCancelled)
        {
            return;
        }

        entry.Completions.Add(Completion(job, attempt: 1, Worker));
        Records[job.Id] = Records[job.Id] with
        {
            Images = [.. Enumerable.Range(0, job.Images).Select(i => new ImageView { Url = "", Record = Image(job, i) })],
        };
        for (var i = 0; i < job.Images; i++)
        {
            Artifacts[Name(job, i)] = Digest(job, i);
        }
    }

    private void Refuse(LedgerEntry entry)
    {
        var job = entry.Job;
        if (job.Door == Door.Http)
        {
            entry.Submitted = Answer.No;
            return;
        }

        entry.Submitted = Answer.Yes;
        Rejections.Add(new SubmissionRejected
        {
            JobId = job.Kind == JobKind.HalfJson ? null : job.Id,
            Errors = [new FieldError("field", null, "another")],
            Body = System.Text.Encoding.UTF8.GetString(job.Body(Door.Broker)),
            At = SubmittedAt,
        });
        if (job.Kind is JobKind.WithoutPrompt or JobKind.TooManySteps)
        {
            Records[job.Id] = Record(job, JobState.Rejected) with { Recipe = null, ImageCount = 0, Attempts = 0, Error = "field is wrong" };
        }
    }
}
