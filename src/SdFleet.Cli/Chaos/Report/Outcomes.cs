using SdFleet.Cli.Chaos.Check;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Submission;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Chaos.Report;

/// <summary>Counts what came of a run.</summary>
internal static class Outcomes
{
    public static IReadOnlyList<Outcome> Of(Evidence evidence, Oracle oracle, Ledger ledger, HttpDoor http, Submitter submitter)
    {
        var entries = evidence.Jobs;
        var records = evidence.Records.Values;
        long Jobs(Func<LedgerEntry, bool> which) => entries.LongCount(which);
        long Ended(JobState state) => records.LongCount(r => r.State == state);

        return
        [
            new("submitted over HTTP", Jobs(e => e.Job.Door == Door.Http)),
            new("submitted over AMQP", Jobs(e => e.Job.Door == Door.Broker)),
            new("submitted twice, the same", Jobs(e => e.Job.Kind == JobKind.Repeated)),
            new("submitted again with another content: refused at once", Jobs(e => e.Contradicted == Answer.No)),
            new("submitted again with another content: put aside with a reason", Jobs(e => e.Contradicted == Answer.Yes)),
            new("wrong, and refused at once", Jobs(e => !e.Job.IsValid && e.Submitted == Answer.No)),
            new("wrong, and put aside with a reason", Jobs(e => !e.Job.IsValid && e.Submitted == Answer.Yes)),
            new("asked to be cancelled", Jobs(e => e.Job.Kind == JobKind.Cancelled)),
            new("ended as completed", Ended(JobState.Completed)),
            new("ended as cancelled", Ended(JobState.Cancelled)),
            new("ended as rejected", Ended(JobState.Rejected)),
            new("ended as failed", Ended(JobState.Failed)),
            new("pictures recorded", records.Sum(r => (long)r.Images.Count)),
            new("files in the store", evidence.Artifacts.Count),
            new("of these stored before their job was cancelled", oracle.Leftovers),
            new("attempts released", records.Sum(r => (long)r.Attempts)),
            new("pictures begun by workers", evidence.Runs.Values.Sum(r => (long)r)),
            new("evictions counted", records.Sum(r => (long)r.Evictions)),
            new("failures counted", records.Sum(r => (long)r.Failures)),
            new("attempts that workers reported as failed, for a passing reason", ledger.Failures.GetValueOrDefault(ErrorClass.Transient)),
            new("requests to the API", http.Asked),
            new("of these sent again, as there was no definite answer", http.AskedAgain),
            new("messages published again, as they were not confirmed", submitter.PublishedAgain),
        ];
    }
}
