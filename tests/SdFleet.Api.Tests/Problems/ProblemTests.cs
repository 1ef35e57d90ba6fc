using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SdFleet.Api.Tests.Support;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Api.Tests.Problems;

public sealed class ProblemTests : IAsyncLifetime
{
    private const string Secret = "Password=secret at 10.0.0.1";

    private ApiServer _api = null!;

    public async Task InitializeAsync() => _api = await ApiServer.StartAsync(map: app =>
    {
        app.MapGet("/throw/unexpected", void () => throw new InvalidOperationException(Secret));
        app.MapGet("/throw/jobs", void () => throw new JobStoreException(Secret, isTransient: true));
        app.MapGet("/throw/artifacts", void () => throw new ArtifactStoreException(Secret, isTransient: true));
        app.MapGet("/throw/broken", void () => throw new JobStoreException(Secret, isTransient: false));
        app.MapGet("/throw/request", void () => throw new BadHttpRequestException("The request is cut off.", StatusCodes.Status408RequestTimeout));
    });

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/v1/jobs/not-an-id")]
    [InlineData("/v1/jobs/0f8fad5b-d9cb-469f-a165-70867728950e/images/-1")]
    [InlineData("/v1/jobs/0f8fad5b-d9cb-469f-a165-70867728950e/images/99999999999")]
    public async Task Get_UnknownRoute_IsAProblem(string path)
    {
        using var response = await GetAsync(path);

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.NotFound);
        Assert.Contains("/openapi/v1.json", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_UnknownMethod_SaysWhichThereAre()
    {
        using var response = await _api.Client.DeleteAsync(new Uri("/v1/models", UriKind.Relative));

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.MethodNotAllowed);
        Assert.Contains("only GET", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(["GET"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Get_ClientAcceptsSomethingElse_IsAProblemAllTheSame()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nothing");
        request.Headers.Add("Accept", "image/png");
        using var response = await _api.Client.SendAsync(request);

        await AssertProblem.OfAsync(response, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/throw/unexpected", HttpStatusCode.InternalServerError)]
    [InlineData("/throw/broken", HttpStatusCode.InternalServerError)]
    [InlineData("/throw/jobs", HttpStatusCode.ServiceUnavailable)]
    [InlineData("/throw/artifacts", HttpStatusCode.ServiceUnavailable)]
    public async Task Get_Exception_IsLoggedWithItsTraceAndNotShown(string path, HttpStatusCode expected)
    {
        using var response = await GetAsync(path);

        var problem = await AssertProblem.OfAsync(response, expected);
        Assert.DoesNotContain("secret", problem.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(expected == HttpStatusCode.ServiceUnavailable, response.Headers.RetryAfter is not null);
        Assert.Contains(_api.Logs.Lines, l =>
            l.Contains(path, StringComparison.Ordinal) && l.Contains(Secret, StringComparison.Ordinal) && l.Contains(problem["traceId"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_BadRequestException_KeepsItsStatus()
    {
        using var response = await GetAsync("/throw/request");

        await AssertProblem.OfAsync(response, HttpStatusCode.RequestTimeout);
    }

    private Task<HttpResponseMessage> GetAsync(string path) => _api.Client.GetAsync(new Uri(path, UriKind.Relative));
}
