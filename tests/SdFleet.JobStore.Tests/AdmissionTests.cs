using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.JobStore.Tests;

public abstract class AdmissionTests(JobStoreKind kind) : StoreTests(kind)
{
    [Fact]
    public async Task Admit_NewJob_IsFoundAsItWasGiven()
    {
        var job = Samples.Job(images: 3, prompt: "quotes \" ' \\ {}, naïve, 漢字, 🎨, a tab\t and U+0000: \0");

        var outcome = Assert.Single(await Store.AdmitAsync([job], default));

        Assert.Equal(new AdmitOutcome(job.Job.Id, AdmitResult.Admitted, JobState.Queued), outcome);
        var found = await FindAsync(job.Job.Id);
        Assert.Equal(JobState.Queued, found.State);
        Assert.Equal(job.Job.Recipe, found.Recipe);
        Assert.Equal(job.Job.Tenant, found.Tenant);
        Assert.Equal(job.Job.Lane, found.Lane);
        Assert.Equal(3, found.ImageCount);
        Assert.Equal(job.ArtifactFolder, found.ArtifactFolder);
        Assert.Equal(job.Traceparent, found.Traceparent);
        Assert.Equal(job.Job.SubmittedAt, found.SubmittedAt);
        Assert.Equal(job.AdmittedAt, found.AdmittedAt);
        Assert.Equal((0, 0, 0, 0.0), (found.Attempt, found.Failures, found.Evictions, found.Progress));
        Assert.Empty(found.Images);
    }

    // An older service beside this one drops what it does not know; the mark stays, and no worker takes the rest for text to image.
    [Fact]
    public async Task Admit_JobThatOlderServicesCannotRead_IsStoredWithAMarkAndReadWithoutIt()
    {
        var plain = Samples.Job();
        var newer = plain with
        {
            Job = plain.Job with { Id = Guid.NewGuid(), Recipe = plain.Job.Recipe with { Task = new PictureTask { Kind = JobTask.ImageToImage, InitImage = new string('a', 64), Strength = 0.5 } } },
        };

        await Store.AdmitAsync([plain, newer], default);

        Assert.Equal(newer.Job.Recipe, (await FindAsync(newer.Job.Id)).Recipe);
        var released = await ReleaseAsync();
        Assert.Equal(newer.Job.Recipe, released.Single(r => r.Message.JobId == newer.Job.Id).Message.Recipe);
        Assert.Equal(plain.Job.Recipe, released.Single(r => r.Message.JobId == plain.Job.Id).Message.Recipe);
    }

    [Fact]
    public async Task Admit_SameJobTwice_IsADuplicate()
    {
        var job = Samples.Job();
        await Store.AdmitAsync([job], default);

        var again = Assert.Single(await Store.AdmitAsync([job with { AdmittedAt = job.AdmittedAt.AddHours(1) }], default));

        Assert.Equal(AdmitResult.Duplicate, again.Result);
        Assert.Equal(job.AdmittedAt, (await FindAsync(job.Job.Id)).AdmittedAt);
        Assert.Single(await ReleaseAsync());
    }

    [Fact]
    public async Task Admit_AnotherJobUnderTheSameId_IsAConflict()
    {
        var job = Samples.Job();
        await Store.AdmitAsync([job], default);

        var other = Assert.Single(await Store.AdmitAsync([Samples.Job(job.Job.Id, "a blue square")], default));

        Assert.Equal(AdmitResult.Conflict, other.Result);
        Assert.Equal(job.Job.Recipe, (await FindAsync(job.Job.Id)).Recipe);
    }

    [Fact]
    public async Task Admit_RepetitionsWithinOneList_AreHeldAgainstTheFirst()
    {
        var job = Samples.Job();
        var other = Samples.Job();

        var outcomes = await Store.AdmitAsync([job, other, job, Samples.Job(job.Job.Id, "a blue square")], default);

        Assert.Equal(
            [AdmitResult.Admitted, AdmitResult.Admitted, AdmitResult.Duplicate, AdmitResult.Conflict], outcomes.Select(o => o.Result));
        Assert.Equal(2, (await ReleaseAsync()).Count);
    }

    [Fact]
    public async Task Admit_DuplicateOfAFinishedJob_TellsWhereItStands()
    {
        var job = Samples.Job();
        await Store.AdmitAsync([job], default);
        await ReleaseAsync();
        await ApplyAsync(Samples.Completed(job.Job.Id));

        var again = Assert.Single(await Store.AdmitAsync([job], default));

        Assert.Equal((AdmitResult.Duplicate, JobState.Completed), (again.Result, again.State));
    }

    [Fact]
    public async Task Admit_TheSameListByFourCoordinators_MakesEachJobOnce()
    {
        var jobs = Enumerable.Range(0, 200).Select(_ => Samples.Job()).ToArray();
        var random = new Random(3);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
        {
            var shuffled = (NewJob[])jobs.Clone();
            random.Shuffle(shuffled);
            return Task.Run(() => Open().AdmitAsync(shuffled, default));
        }));

        Assert.Equal(200, outcomes.SelectMany(o => o).Count(o => o.Result == AdmitResult.Admitted));
        Assert.Equal(600, outcomes.SelectMany(o => o).Count(o => o.Result == AdmitResult.Duplicate));
        Assert.Equal(200, (await ReleaseAsync(max: 1000)).Count);
    }

    [Fact]
    public async Task Reject_WithAnId_IsFoundWithItsReasons()
    {
        var id = Guid.NewGuid();

        Assert.Equal(1, await Store.RejectAsync([Rejected(id)], default));

        var found = await FindAsync(id);
        Assert.Equal(JobState.Rejected, found.State);
        Assert.Equal("steps is 0: an integer from 1 to 150; prompt is missing: text", found.Error);
        Assert.Equal("acme", found.Tenant);
        Assert.Null(found.Recipe);
        Assert.Equal(Now, found.FinishedAt);
    }

    [Fact]
    public async Task Reject_OfAnIdThatIsThereOrOfNone_DoesNothing()
    {
        var id = await AdmitAsync();

        Assert.Equal(0, await Store.RejectAsync([Rejected(id), Rejected(null)], default));

        Assert.Equal(JobState.Queued, (await FindAsync(id)).State);
    }

    [Fact]
    public async Task Admit_UnderARejectedId_TakesItsPlace()
    {
        var job = Samples.Job();
        await Store.RejectAsync([Rejected(job.Job.Id)], default);

        var outcome = Assert.Single(await Store.AdmitAsync([job], default));

        Assert.Equal((AdmitResult.Admitted, JobState.Queued), (outcome.Result, outcome.State));
        Assert.Null((await FindAsync(job.Job.Id)).Error);
        Assert.Single(await ReleaseAsync());
        Assert.DoesNotContain(await Store.CountAsync(default), c => c.State == JobState.Rejected && c.Jobs > 0);
    }

    [Fact]
    public async Task TryAdmission_OfAStoreThatAdmits_LeavesNothing()
    {
        await Store.TryAdmissionAsync(Samples.Model, Lane.Bulk, default);

        Assert.Empty(await Store.CountAsync(default));
        Assert.Empty(await Store.ListTenantsAsync(default));
    }

    private static SubmissionRejected Rejected(Guid? id) => new()
    {
        JobId = id,
        Tenant = "acme",
        Errors = [new FieldError("steps", "0", "an integer from 1 to 150"), new FieldError("prompt", null, "text")],
        Body = "{}",
        At = Now,
    };
}

public sealed class EmbeddedAdmissionTests() : AdmissionTests(JobStoreKind.Embedded);

public sealed class PostgresAdmissionTests() : AdmissionTests(JobStoreKind.Postgres);
