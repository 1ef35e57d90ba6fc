using System.Net;
using System.Text.Json.Nodes;

namespace SdFleet.Api.Tests.Support;

/// <summary>Problem details.</summary>
public static class AssertProblem
{
    public static async Task<JsonObject> OfAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await ApiServer.JsonAsync(response);
        Assert.Equal((int)status, problem["status"]!.GetValue<int>());
        Assert.NotEmpty(problem["title"]!.GetValue<string>());
        Assert.NotEmpty(problem["detail"]!.GetValue<string>());
        Assert.NotEmpty(problem["traceId"]!.GetValue<string>());
        return problem;
    }
}
