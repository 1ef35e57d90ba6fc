using System.Net;
using System.Net.Http.Headers;
using SdFleet.Api.Tests.Support;

namespace SdFleet.Api.Tests.Bodies;

/// <summary>Every endpoint that takes JSON reads it in one way.</summary>
public sealed class JsonBodyTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Batch = "/v1/batches/6f0c7e0a-6f0e-4d0f-9d55-0d8f6b1c2a3d";

    [Theory]
    [InlineData("/v1/jobs")]
    [InlineData("/v1/batches")]
    [InlineData(Batch + "/repair")]
    [InlineData(Batch + "/exports")]
    public async Task Post_NoJson_IsRefusedWithTheTypeToSend(string path)
    {
        using var response = await PostAsync(path, length: 2, "text/plain");

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.UnsupportedMediaType);
        Assert.Contains("Content-Type: application/json", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/jobs", 64 * 1024)]
    [InlineData("/v1/batches", 1024 * 1024)]
    [InlineData(Batch + "/repair", 64 * 1024)]
    [InlineData(Batch + "/exports", 16 * 1024)]
    public async Task Post_LongBody_IsHeldToTheLimit(string path, int max)
    {
        using var longest = await PostAsync(path, max, "application/json");
        using var longer = await PostAsync(path, max + 1, "application/json");

        // What is in it is wrong, and was read.
        Assert.Equal(HttpStatusCode.BadRequest, longest.StatusCode);
        var problem = await AssertProblem.OfAsync(longer, HttpStatusCode.RequestEntityTooLarge);
        Assert.Contains($"has at most {max} bytes.", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> PostAsync(string path, int length, string type)
    {
        var content = new StringContent("{}".PadRight(length));
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return shared.Api.Client.PostAsync(path, content);
    }
}
