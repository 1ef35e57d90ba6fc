using System.Net;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Api.Tests.Jobs;

public sealed class KnownIdTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiServer _api = shared.Api;

    [Fact]
    public async Task Submit_SameJobIsStored_AcceptsWithoutPublishing()
    {
        var id = Guid.NewGuid();
        await _api.AdmitAsync(StoredJob.Job(id, prompt: "a red circle"));
        using var response = await _api.SubmitAsync($$"""{"id":"{{id}}","prompt":"a red circle"}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.False(_api.Submissions.Has(id));
    }

    // Uploaded pictures are removed some time after their last use.
    [Fact]
    public async Task Submit_SameJobIsStoredAndItsPictureIsGone_AcceptsWithoutPublishing()
    {
        var (id, sha256) = (Guid.NewGuid(), new string('c', 64));
        var job = StoredJob.Job(id, prompt: "a red circle");
        await _api.AdmitAsync(job with { Recipe = job.Recipe with { Task = new PictureTask { Kind = JobTask.ImageToImage, InitImage = sha256, Strength = 0.5 } } });
        using var response = await _api.SubmitAsync($$"""{"id":"{{id}}","prompt":"a red circle","task":"imageToImage","initImage":"{{sha256}}","strength":0.5}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.False(_api.Submissions.Has(id));
    }

    [Fact]
    public async Task Submit_AnotherJobIsStored_IsAConflict()
    {
        var id = Guid.NewGuid();
        await _api.AdmitAsync(StoredJob.Job(id, prompt: "a red circle"));
        using var response = await _api.SubmitAsync($$"""{"id":"{{id}}","prompt":"a blue circle"}""");

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.Conflict);
        Assert.Contains(id.ToString(), problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.False(_api.Submissions.Has(id));
    }

    [Fact]
    public async Task Submit_KeyOfAnotherJob_IsAConflictThatNamesTheHeader()
    {
        var key = Guid.NewGuid().ToString();
        await _api.AdmitAsync(StoredJob.Job(DerivedId.FromIdempotencyKey("default", key), images: 2));
        using var response = await _api.SubmitAsync("""{"prompt":"a red circle"}""", key);

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.Conflict);
        Assert.Contains("Idempotency-Key", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_ARejectedSubmissionHasTheId_GoesToTheCoordinator()
    {
        var id = Guid.NewGuid();
        await _api.Jobs.RejectAsync(
            [new SubmissionRejected { JobId = id, Tenant = "default", Errors = [new("prompt", null, "text")], Body = "{}", At = StoredJob.Day }],
            CancellationToken.None);
        using var response = await _api.SubmitAsync($$"""{"id":"{{id}}","prompt":"p"}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }
}
