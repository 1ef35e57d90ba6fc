using System.Globalization;
using System.Text.RegularExpressions;
using SdFleet.Cli.Chaos.Fleet;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Submission;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Chaos.Check;

/// <summary>
/// Holds what the fleet shows in the end against what was submitted. It knows the promises and none of the means: names, counts
/// and digests are worked out here once more, from the plan.
/// </summary>
internal sealed partial class Oracle
{
    private readonly Evidence _evidence;
    private readonly List<Finding> _findings = [];
    private readonly Dictionary<string, Guid> _recorded = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, LedgerEntry> _jobs;

    private Oracle(Evidence evidence)
    {
        _evidence = evidence;
        _jobs = evidence.Jobs.ToDictionary(e => e.Job.Id);
    }

    /// <summary>Files of cancelled jobs that were stored before the cancelling reached their worker: names that are theirs, and nothing refers to them.</summary>
    public long Leftovers { get; private set; }

    /// <summary>Every promise that was broken, in the order of the plan.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Jobs of which something is lost. Each counts once.</summary>
    public int Lost => Count(FindingKind.Lost);

    /// <summary>Jobs of which something is there twice. Each counts once.</summary>
    public int Duplicated => Count(FindingKind.Duplicated);

    public static Oracle Judge(Evidence evidence)
    {
        var oracle = new Oracle(evidence);
        foreach (var entry in evidence.Jobs)
        {
            if (entry.Job.IsValid)
            {
                oracle.JudgeValid(entry);
            }
            else
            {
                oracle.JudgeInvalid(entry);
            }
        }

        oracle.JudgeFiles();
        return oracle;
    }

    private static string Word(JobState state) => state.ToString().ToLowerInvariant();

    // What the contract promises of an artifact's name.
    private static string NameOf(JobView record, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{record.SubmittedAt.UtcDateTime:yyyy-MM-dd}/{record.Id:D}-{index}.png");

    [GeneratedRegex("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9]{1,4})\\.png$", RegexOptions.CultureInvariant)]
    private static partial Regex ImageName();

    private void JudgeInvalid(LedgerEntry entry)
    {
        var job = entry.Job;
        var record = _evidence.Records.GetValueOrDefault(job.Id);
        var isRejected = _evidence.Rejections.Any(r => r.Errors.Count > 0 && (r.JobId == job.Id || r.Body.Contains(job.Id.ToString(), StringComparison.Ordinal)));
        switch (job.Door)
        {
            case Door.Http when entry.Submitted != Answer.No:
                Lose(job, "nobody said that it was wrong when it was submitted");
                break;
            case Door.Http when record is not null:
                Double(job, $"it was refused, and is {Word(record.State)} all the same");
                break;
            case Door.Broker when entry.Submitted != Answer.Yes:
                Lose(job, "the broker never took it");
                break;
            case Door.Broker when !isRejected:
                Lose(job, "it was wrong, and is not among the rejected ones");
                break;
            case Door.Broker when job.Kind is JobKind.WithoutPrompt or JobKind.TooManySteps && record is not { State: JobState.Rejected, Error.Length: > 0 }:
                Lose(job, $"it was wrong, and the API does not say so ({(record is null ? "no record" : Word(record.State))})");
                break;
            case Door.Broker when job.Kind is JobKind.HalfJson or JobKind.StrangeTenant && record is not null:
                Double(job, $"it was rejected, and is {Word(record.State)} all the same");
                break;
        }

        JudgeRuns(job, attempts: 0);
    }

    private void JudgeValid(LedgerEntry entry)
    {
        var job = entry.Job;
        if (entry.Submitted != Answer.Yes)
        {
            Lose(job, entry.Submitted == Answer.No ? "it was refused, though nothing is wrong with it" : "the fleet never took it");
            return;
        }

        if (_evidence.Records.GetValueOrDefault(job.Id) is not { } record)
        {
            Lose(job, "it was confirmed, and there is no such job");
            return;
        }

        JudgeAnswers(entry);
        JudgeState(entry, record);
        if (Difference(job, record) is { } difference)
        {
            Lose(job, $"another job is there in its place: {difference}");
        }

        if (record.State == JobState.Completed)
        {
            JudgeImages(job, record);
        }
        else if (record.Images.Count > 0)
        {
            Double(job, $"it is {Word(record.State)}, and has {record.Images.Count} pictures");
        }

        JudgeRuns(job, record.Attempts);
        JudgeCompletions(entry, record);
    }

    private void JudgeAnswers(LedgerEntry entry)
    {
        var job = entry.Job;
        if (job.Kind == JobKind.Repeated && entry.Repeated != Answer.Yes)
        {
            Lose(job, entry.Repeated == Answer.No ? "the same submission, repeated, was refused" : "the same submission, repeated, was not taken");
        }

        // Refused at once, or put aside with a reason; the only other end of it would be silence.
        if (job.Kind == JobKind.Conflicting && entry.Contradicted != Answer.No &&
            !_evidence.Rejections.Any(r => r.JobId == job.Id && r.Errors.Any(e => e.Field == "id")))
        {
            Lose(job, "another submission under its id went without a word");
        }
    }

    private void JudgeState(LedgerEntry entry, JobView record)
    {
        var job = entry.Job;
        if (!record.State.IsTerminal())
        {
            Lose(job, $"it is {Word(record.State)} and came to no end (attempt {record.Attempts})");
            return;
        }

        if (entry.FirstEnd is { } first && first != record.State)
        {
            Double(job, $"it ended twice: first {Word(first)}, then {Word(record.State)}");
        }

        switch (record.State)
        {
            case JobState.Failed or JobState.Rejected:
                Lose(job, $"it is {Word(record.State)}, and nothing was wrong with it: {record.Error}");
                break;
            case JobState.Cancelled when job.Kind != JobKind.Cancelled:
                Lose(job, "it is cancelled, and nobody cancelled it");
                break;
            case JobState.Completed when entry.Cancelled == Answer.Yes:
                Lose(job, "it was said to be cancelled, and is completed");
                break;
            case JobState.Cancelled when entry.Cancelled == Answer.No:
                Lose(job, "it was said to have ended otherwise, and is cancelled");
                break;
        }

        if (record.State != JobState.Failed && (record.Failures >= FleetSettings.MaxFailures || record.Evictions >= FleetSettings.MaxEvictions))
        {
            Double(job, $"it was tried on after {record.Failures} failures and {record.Evictions} evictions");
        }
    }

    private static string? Difference(PlannedJob job, JobView record) =>
        record.Recipe is not { } recipe ? "it has no recipe"
        : recipe.Prompt != job.Prompt ? $"its prompt is \"{recipe.Prompt}\""
        : recipe.Seed != job.Seed ? $"its seed is {recipe.Seed}, not {job.Seed}"
        : recipe.Steps != job.Steps ? $"it has {recipe.Steps} steps, not {job.Steps}"
        : record.ImageCount != job.Images ? $"it asks for {record.ImageCount} pictures, not {job.Images}"
        : record.Lane != job.Lane ? $"its lane is {record.Lane}, not {job.Lane}"
        : record.Tenant != job.Tenant ? $"its tenant is {record.Tenant}, not {job.Tenant}"
        : null;

    private void JudgeImages(PlannedJob job, JobView record)
    {
        var images = record.Images.Select(i => i.Record).ToList();
        foreach (var index in Enumerable.Range(0, job.Images).Except(images.Select(i => i.Index)))
        {
            Lose(job, $"it is completed without picture {index}");
        }

        foreach (var same in images.GroupBy(i => i.Index))
        {
            if (same.Key < 0 || same.Key >= job.Images)
            {
                Double(job, $"picture {same.Key} is recorded, and was not asked for");
                continue;
            }

            if (same.Count() > 1)
            {
                Double(job, $"picture {same.Key} is recorded {same.Count()} times");
            }

            JudgeImage(job, record, same.First());
        }
    }

    private void JudgeImage(PlannedJob job, JobView record, ImageRecord image)
    {
        var name = NameOf(record, image.Index);
        if (image.Artifact != name)
        {
            Double(job, $"picture {image.Index} is named {image.Artifact}, not {name}");
        }

        if (image.Seed != job.Seed + image.Index)
        {
            Lose(job, $"picture {image.Index} has the seed {image.Seed}, not {job.Seed + image.Index}");
        }

        if (image.Attempt < 1 || image.Attempt > record.Attempts)
        {
            Double(job, $"picture {image.Index} is of attempt {image.Attempt}, and there were {record.Attempts}");
        }

        if (!_evidence.Artifacts.TryGetValue(image.Artifact, out var sha256))
        {
            Lose(job, $"picture {image.Index} is not in the store: {image.Artifact}");
        }
        else if (sha256 != image.Sha256)
        {
            Lose(job, $"picture {image.Index} is not the one that was recorded: {image.Artifact} has SHA-256 {sha256}, the record {image.Sha256}");
        }

        if (!_recorded.TryAdd(image.Artifact, job.Id))
        {
            Double(job, $"{image.Artifact} is recorded for job {_recorded[image.Artifact]} too");
        }
    }

    // By the workers' journals: each attempt may be begun once.
    private void JudgeRuns(PlannedJob job, int attempts)
    {
        var record = _evidence.Records.GetValueOrDefault(job.Id);
        foreach (var index in Enumerable.Range(0, job.Images))
        {
            var runs = _evidence.Runs.GetValueOrDefault((job.Prompt, job.Seed + index));
            if (runs > attempts)
            {
                Double(job, $"picture {index} was begun {runs} times in {attempts} attempts");
            }
            else if (runs == 0 && record is { State: JobState.Completed })
            {
                Lose(job, $"it is completed, and no worker has begun picture {index}");
            }
        }
    }

    // By the workers' own reports.
    private void JudgeCompletions(LedgerEntry entry, JobView record)
    {
        foreach (var attempt in entry.Completions.GroupBy(c => c.Attempt).Where(g => g.Select(c => c.WorkerId).Distinct().Count() > 1))
        {
            Double(entry.Job, $"attempt {attempt.Key} was completed by {string.Join(" and ", attempt.Select(c => c.WorkerId).Distinct())}");
        }

        foreach (var completion in entry.Completions.Where(c => c.Attempt < 1 || c.Attempt > record.Attempts))
        {
            Double(entry.Job, $"{completion.WorkerId} completed attempt {completion.Attempt}, and there were {record.Attempts}");
        }

        var told = entry.Completions
            .SelectMany(c => c.Images)
            .GroupBy(i => i.Index)
            .Where(g => g.Select(i => (i.Artifact, i.Sha256)).Distinct().Count() > 1);
        foreach (var index in told)
        {
            Double(entry.Job, $"picture {index.Key} was reported as {string.Join(" and ", index.Select(i => $"{i.Artifact} ({i.Sha256})").Distinct())}");
        }
    }

    private void JudgeFiles()
    {
        foreach (var name in _evidence.Artifacts.Keys.Where(n => !_recorded.ContainsKey(n)))
        {
            var match = ImageName().Match(name);
            var owner = match.Success && _jobs.TryGetValue(Guid.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), out var entry) ? entry : null;
            if (owner is not null &&
                _evidence.Records.GetValueOrDefault(owner.Job.Id) is { State: JobState.Cancelled } record &&
                int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) is var index && index < owner.Job.Images &&
                name == NameOf(record, index))
            {
                Leftovers++;
                continue;
            }

            _findings.Add(new Finding(FindingKind.Duplicated, owner?.Job.Id, $"{name} is in the store, and no record speaks of it"));
        }
    }

    private void Lose(PlannedJob job, string text) => _findings.Add(new Finding(FindingKind.Lost, job.Id, text));

    private void Double(PlannedJob job, string text) => _findings.Add(new Finding(FindingKind.Duplicated, job.Id, text));

    private int Count(FindingKind kind)
    {
        var all = _findings.Where(f => f.Kind == kind).ToList();
        return all.Where(f => f.Id is not null).DistinctBy(f => f.Id).Count() + all.Count(f => f.Id is null);
    }
}
