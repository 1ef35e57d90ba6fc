using SdFleet.Cli.Chaos.Plan;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Chaos.Submission;

/// <summary>What the run itself knows of a job: what it said to the fleet, and what it was told. Guarded by <see cref="Ledger"/>.</summary>
internal sealed class LedgerEntry(PlannedJob job)
{
    public PlannedJob Job => job;

    /// <summary>The answer to the submission.</summary>
    public Answer Submitted { get; set; }

    /// <summary>The answer to the same content under the same id, once more.</summary>
    public Answer Repeated { get; set; }

    /// <summary>The answer to the other content under the same id.</summary>
    public Answer Contradicted { get; set; }

    /// <summary>The answer to the wish to cancel.</summary>
    public Answer Cancelled { get; set; }

    /// <summary>When the submission was answered, since the beginning of the run.</summary>
    public TimeSpan AnsweredAt { get; set; }

    /// <summary>Whether a worker has reported that it began.</summary>
    public bool IsStarted { get; set; }

    /// <summary>Whether nothing is to be waited for any more.</summary>
    public bool IsFinished { get; set; }

    /// <summary>The first end that the API showed.</summary>
    public JobState? FirstEnd { get; set; }

    /// <summary>Every completion that workers reported, each once.</summary>
    public List<JobCompleted> Completions { get; } = [];
}
