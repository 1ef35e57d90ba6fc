using System.Net;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts.Events;

namespace SdFleet.Api.Tests.Jobs;

public sealed class JobTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiServer _api = shared.Api;

    [Fact]
    public async Task Get_Queued_ShowsTheRecipe()
    {
        var id = Guid.NewGuid();
        await _api.AdmitAsync(StoredJob.Job(id, images: 2));
        using var response = await GetAsync(id);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var job = await ApiServer.JsonAsync(response);
        Assert.Equal("queued", job["state"]!.GetValue<string>());
        Assert.Equal("normal", job["lane"]!.GetValue<string>());
        Assert.Equal(2, job["imageCount"]!.GetValue<int>());
        Assert.Equal("a red circle", job["recipe"]!["prompt"]!.GetValue<string>());
        Assert.Empty(job["images"]!.AsArray());
        Assert.False(job.ContainsKey("error"));
    }

    [Fact]
    public async Task Get_Completed_LinksItsPictures()
    {
        var id = Guid.NewGuid();
        await _api.CompleteAsync(StoredJob.Job(id, images: 2), [1, 2, 3], [4, 5, 6]);
        using var response = await GetAsync(id);

        var job = await ApiServer.JsonAsync(response);
        Assert.Equal("completed", job["state"]!.GetValue<string>());
        Assert.Equal(1, job["progress"]!.GetValue<double>());
        Assert.Equal([$"/v1/jobs/{id}/images/0", $"/v1/jobs/{id}/images/1"], job["images"]!.AsArray().Select(i => i!["url"]!.GetValue<string>()));
        using var image = await _api.Client.GetAsync(new Uri(job["images"]![1]!["url"]!.GetValue<string>(), UriKind.Relative));
        Assert.Equal([4, 5, 6], await image.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Get_Rejected_ShowsTheReason()
    {
        var id = Guid.NewGuid();
        await _api.Jobs.RejectAsync(
            [new SubmissionRejected { JobId = id, Errors = [new("steps", "0", "an integer from 1 to 1000")], Body = "{}", At = StoredJob.Day }],
            CancellationToken.None);
        using var response = await GetAsync(id);

        var job = await ApiServer.JsonAsync(response);
        Assert.Equal("rejected", job["state"]!.GetValue<string>());
        Assert.Contains("steps", job["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_NotThere_SaysThatItMayTakeAMoment()
    {
        using var response = await GetAsync(Guid.NewGuid());

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.NotFound);
        Assert.Contains("moment", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> GetAsync(Guid id) => _api.Client.GetAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative));
}
