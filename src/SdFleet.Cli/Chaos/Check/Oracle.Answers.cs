using SdFleet.Cli.Chaos.Fleet;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Submission;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Chaos.Check;

/// <content>What was answered, how it ended, and whether it is the job that was submitted.</content>
internal sealed partial class Oracle
{
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
}
