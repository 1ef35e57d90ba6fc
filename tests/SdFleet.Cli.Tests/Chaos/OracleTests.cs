using SdFleet.Cli.Chaos.Check;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Submission;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Tests.Chaos;

/// <summary>Whether the oracle of the fault suite sees what it is there for: one promise is broken at a time.</summary>
public sealed class OracleTests
{
    private readonly World _world = new();

    [Fact]
    public void Judge_EveryPromiseKept_FindsNothing()
    {
        var oracle = _world.Judge();

        Assert.Empty(oracle.Findings);
        Assert.Equal((0, 0, 0L), (oracle.Lost, oracle.Duplicated, oracle.Leftovers));
    }

    [Fact]
    public void Judge_JobThatIsGone_IsLost()
    {
        var job = _world.Some(JobKind.Plain).Job;
        _world.Records.Remove(job.Id);
        foreach (var index in Enumerable.Range(0, job.Images))
        {
            _world.Artifacts.Remove(World.Name(job, index));
        }

        AssertLost(job, "there is no such job");
    }

    [Fact]
    public void Judge_JobThatNobodyTook_IsLost()
    {
        var entry = _world.Some(JobKind.Plain);
        entry.Submitted = Answer.None;

        Assert.Contains(_world.Judge().Findings, f => f == new Finding(FindingKind.Lost, entry.Job.Id, "the fleet never took it"));
    }

    [Theory]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Released)]
    [InlineData(JobState.Running)]
    public void Judge_JobThatCameToNoEnd_IsLost(JobState state)
    {
        var entry = _world.Some(JobKind.Plain);
        entry.FirstEnd = null;
        _world.Records[entry.Job.Id] = _world.Records[entry.Job.Id] with { State = state, Images = [] };

        Assert.Contains(_world.Judge().Findings, f => f.Kind == FindingKind.Lost && f.Id == entry.Job.Id && f.Text.Contains("came to no end", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_JobThatWasGivenUp_IsLostWithItsReason()
    {
        var entry = _world.Some(JobKind.Plain);
        entry.FirstEnd = JobState.Failed;
        Forget(entry.Job);
        _world.Records[entry.Job.Id] = _world.Records[entry.Job.Id] with { State = JobState.Failed, Images = [], Failures = 3, Error = "the disk is full" };

        AssertLost(entry.Job, "the disk is full");
    }

    [Fact]
    public void Judge_PictureThatIsNotInTheStore_IsLost()
    {
        var job = _world.Some(JobKind.Plain).Job;
        _world.Artifacts.Remove(World.Name(job, 1));

        AssertLost(job, $"picture 1 is not in the store: {World.Name(job, 1)}");
    }

    [Fact]
    public void Judge_PictureWhoseBytesChanged_IsLost()
    {
        var job = _world.Some(JobKind.Plain).Job;
        _world.Artifacts[World.Name(job, 0)] = new string('f', 64);

        AssertLost(job, "picture 0 is not the one that was recorded");
    }

    [Fact]
    public void Judge_CompletedJobWithoutAPicture_IsLost()
    {
        var job = _world.Some(JobKind.Plain).Job;
        _world.Records[job.Id] = _world.Records[job.Id] with { Images = [.. _world.Records[job.Id].Images.Skip(1)] };
        _world.Artifacts.Remove(World.Name(job, 0));

        AssertLost(job, "completed without picture 0");
    }

    [Fact]
    public void Judge_OtherJobUnderTheId_IsLost()
    {
        var job = _world.Some(JobKind.Conflicting).Job;
        var record = _world.Records[job.Id];
        _world.Records[job.Id] = record with { Recipe = record.Recipe! with { Prompt = job.Prompt + ", in grey" } };

        AssertLost(job, "another job is there in its place");
    }

    [Fact]
    public void Judge_PictureOfAnotherSeed_IsLost()
    {
        var job = _world.Some(JobKind.Plain).Job;
        _world.Change(job, 1, image => image with { Seed = image.Seed + 1 });

        AssertLost(job, "picture 1 has the seed");
    }

    [Fact]
    public void Judge_CancelledJobThatWasMadeAllTheSame_IsLost()
    {
        var entry = _world.Some(JobKind.Plain);
        entry.Cancelled = Answer.Yes;

        AssertLost(entry.Job, "it was said to be cancelled, and is completed");
    }

    [Fact]
    public void Judge_JobThatNobodyCancelled_IsLost()
    {
        var entry = _world.Some(JobKind.Plain);
        entry.FirstEnd = JobState.Cancelled;
        Forget(entry.Job);
        _world.Records[entry.Job.Id] = _world.Records[entry.Job.Id] with { State = JobState.Cancelled, Images = [] };

        AssertLost(entry.Job, "nobody cancelled it");
    }

    [Theory]
    [InlineData(nameof(JobKind.WithoutPrompt))]
    [InlineData(nameof(JobKind.HalfJson))]
    [InlineData(nameof(JobKind.StrangeTenant))]
    public void Judge_RejectionThatIsNotThere_IsLost(string kind)
    {
        var job = _world.Entries.First(e => e.Job.Kind == Enum.Parse<JobKind>(kind) && e.Job.Door == Door.Broker).Job;
        _world.Rejections.RemoveAll(r => r.Body.Contains(job.Id.ToString(), StringComparison.Ordinal));

        AssertLost(job, "not among the rejected ones");
    }

    [Fact]
    public void Judge_SecondSubmissionThatWentWithoutAWord_IsLost()
    {
        var entry = _world.Some(JobKind.Conflicting);
        entry.Contradicted = Answer.Yes;

        AssertLost(entry.Job, "another submission under its id went without a word");
    }

    [Fact]
    public void Judge_PictureRecordedTwice_IsDuplicated()
    {
        var job = _world.Some(JobKind.Plain).Job;
        var record = _world.Records[job.Id];
        _world.Records[job.Id] = record with { Images = [.. record.Images, record.Images[0]] };

        AssertDuplicated(job, "picture 0 is recorded 2 times");
    }

    [Fact]
    public void Judge_PictureTooMany_IsDuplicated()
    {
        var job = _world.Some(JobKind.Plain).Job;
        var record = _world.Records[job.Id];
        var extra = record.Images[0] with { Record = record.Images[0].Record with { Index = job.Images } };
        _world.Records[job.Id] = record with { Images = [.. record.Images, extra] };

        AssertDuplicated(job, "was not asked for");
    }

    [Fact]
    public void Judge_FileUnderASecondName_IsDuplicated()
    {
        var job = _world.Some(JobKind.Plain).Job;
        _world.Artifacts[$"2026-02-01/{job.Id:D}-0.png"] = new string('0', 64);

        AssertDuplicated(job, "no record speaks of it");
    }

    [Fact]
    public void Judge_FileOfNobody_IsDuplicated()
    {
        _world.Artifacts["2026-01-31/readme.txt"] = new string('0', 64);

        var finding = Assert.Single(_world.Judge().Findings);
        Assert.Equal((FindingKind.Duplicated, (Guid?)null), (finding.Kind, finding.Id));
    }

    [Fact]
    public void Judge_FileOfACancelledJob_IsLeftOver_UnlessTheJobHasNoSuchPicture()
    {
        var job = _world.Some(JobKind.Cancelled).Job;
        _world.Artifacts[World.Name(job, 0)] = new string('0', 64);
        var oracle = _world.Judge();
        Assert.Empty(oracle.Findings);
        Assert.Equal(1, oracle.Leftovers);

        _world.Artifacts[World.Name(job, job.Images)] = new string('0', 64);
        AssertDuplicated(job, "no record speaks of it");
    }

    [Fact]
    public void Judge_PictureBegunMoreOftenThanThereWereAttempts_IsDuplicated()
    {
        var job = _world.Some(JobKind.Plain).Job;
        _world.Runs[(job.Prompt, job.Seed + 1)] = 2;
        AssertDuplicated(job, "picture 1 was begun 2 times in 1 attempts");

        _world.Records[job.Id] = _world.Records[job.Id] with { Attempts = 2 };
        Assert.Empty(_world.Judge().Findings);
    }

    [Fact]
    public void Judge_RejectedSubmissionThatWasBegun_IsDuplicated()
    {
        var job = _world.Entries.First(e => e.Job.Kind == JobKind.StrangeTenant).Job;
        _world.Runs[(job.Prompt, job.Seed)] = 1;

        AssertDuplicated(job, "picture 0 was begun 1 times in 0 attempts");
    }

    [Fact]
    public void Judge_AttemptThatTwoWorkersCompleted_IsDuplicated()
    {
        var entry = _world.Some(JobKind.Plain);
        entry.Completions.Add(World.Completion(entry.Job, attempt: 1, "host-2"));

        AssertDuplicated(entry.Job, "attempt 1 was completed by host-1 and host-2");
    }

    [Fact]
    public void Judge_AttemptThatWasNeverReleased_IsDuplicated()
    {
        var entry = _world.Some(JobKind.Plain);
        entry.Completions.Add(World.Completion(entry.Job, attempt: 2, "host-2"));

        AssertDuplicated(entry.Job, "completed attempt 2, and there were 1");
    }

    [Fact]
    public void Judge_ReportsThatDisagree_AreDuplicated()
    {
        var entry = _world.Some(JobKind.Plain);
        var told = World.Completion(entry.Job, attempt: 1, World.Worker);
        entry.Completions.Add(told with { Images = [.. told.Images.Select(i => i with { Sha256 = new string('e', 64) })] });

        Assert.All(_world.Judge().Findings, f => Assert.Equal((FindingKind.Duplicated, entry.Job.Id), (f.Kind, f.Id)));
        Assert.Equal(1, _world.Judge().Duplicated);
    }

    [Fact]
    public void Judge_JobThatEndedTwice_IsDuplicated()
    {
        var entry = _world.Some(JobKind.Plain);
        entry.FirstEnd = JobState.Failed;

        AssertDuplicated(entry.Job, "it ended twice: first failed, then completed");
    }

    [Fact]
    public void Judge_RefusedSubmissionThatBecameAJob_IsDuplicated()
    {
        var refused = _world.Entries.First(e => !e.Job.IsValid && e.Job.Door == Door.Http).Job;
        _world.Records[refused.Id] = _world.Records.Values.First(r => r.State == JobState.Rejected) with { Id = refused.Id };

        AssertDuplicated(refused, "it was refused, and is rejected all the same");
    }

    private void Forget(PlannedJob job)
    {
        _world.Entries.First(e => e.Job == job).Completions.Clear();
        foreach (var index in Enumerable.Range(0, job.Images))
        {
            _world.Artifacts.Remove(World.Name(job, index));
        }
    }

    private void AssertLost(PlannedJob job, string text) => AssertOnly(FindingKind.Lost, job, text);

    private void AssertDuplicated(PlannedJob job, string text) => AssertOnly(FindingKind.Duplicated, job, text);

    private void AssertOnly(FindingKind kind, PlannedJob job, string text)
    {
        var oracle = _world.Judge();
        var finding = Assert.Single(oracle.Findings);
        Assert.Equal((kind, job.Id), (finding.Kind, finding.Id));
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
        Assert.Equal(kind == FindingKind.Lost ? (1, 0) : (0, 1), (oracle.Lost, oracle.Duplicated));
        Assert.Contains(job.Id.ToString(), finding.ToString(), StringComparison.Ordinal);
    }
}
