using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Submission;
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

    private void Lose(PlannedJob job, string text) => _findings.Add(new Finding(FindingKind.Lost, job.Id, text));

    private void Double(PlannedJob job, string text) => _findings.Add(new Finding(FindingKind.Duplicated, job.Id, text));

    private int Count(FindingKind kind)
    {
        var all = _findings.Where(f => f.Kind == kind).ToList();
        return all.Where(f => f.Id is not null).DistinctBy(f => f.Id).Count() + all.Count(f => f.Id is null);
    }
}
