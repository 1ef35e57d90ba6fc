using System.Net;
using System.Net.Http.Headers;
using SdFleet.Api.Tests.Support;

namespace SdFleet.Api.Tests.Images;

public sealed class ImageTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly byte[] File = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 31))];

    private readonly ApiServer _api = shared.Api;

    [Fact]
    public async Task Get_Finished_StreamsTheFile()
    {
        var (path, sha256) = await FinishedAsync();
        using var response = await SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("image/png", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(File.Length, response.Content.Headers.ContentLength);
        Assert.Equal($"\"{sha256}\"", response.Headers.ETag!.Tag);
        Assert.Equal("max-age=31536000, private, immutable", response.Headers.CacheControl!.ToString());
        Assert.Equal(File, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Head_Finished_GivesTheHeadersOnly()
    {
        var (path, sha256) = await FinishedAsync();
        using var response = await SendAsync(HttpMethod.Head, path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(File.Length, response.Content.Headers.ContentLength);
        Assert.Equal($"\"{sha256}\"", response.Headers.ETag!.Tag);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("\"{0}\"", HttpStatusCode.NotModified)]
    [InlineData("W/\"{0}\"", HttpStatusCode.NotModified)]
    [InlineData("\"other\", \"{0}\"", HttpStatusCode.NotModified)]
    [InlineData("*", HttpStatusCode.NotModified)]
    [InlineData("\"other\"", HttpStatusCode.OK)]
    [InlineData("nonsense", HttpStatusCode.OK)]
    public async Task Get_IfNoneMatch_SaysWhetherTheClientHasIt(string header, HttpStatusCode expected)
    {
        var (path, sha256) = await FinishedAsync();
        using var response = await SendAsync(
            HttpMethod.Get, path, r => r.Headers.TryAddWithoutValidation("If-None-Match", header.Replace("{0}", sha256, StringComparison.Ordinal)));

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal($"\"{sha256}\"", response.Headers.ETag!.Tag);
        Assert.Equal(expected == HttpStatusCode.OK ? File.Length : 0, (await response.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task Get_Range_GivesThatPart()
    {
        var (path, _) = await FinishedAsync();
        using var response = await SendAsync(HttpMethod.Get, path, r => r.Headers.Range = new RangeHeaderValue(10, 19));

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(File[10..20], await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Get_NotThereYet_SaysHowFarTheJobIs()
    {
        var id = Guid.NewGuid();
        await _api.AdmitAsync(StoredJob.Job(id, images: 2));
        using var unfinished = await SendAsync(HttpMethod.Get, $"/v1/jobs/{id}/images/1");
        using var beyond = await SendAsync(HttpMethod.Get, $"/v1/jobs/{id}/images/2");
        using var noJob = await SendAsync(HttpMethod.Get, $"/v1/jobs/{Guid.NewGuid()}/images/0");

        Assert.Contains("not there yet", await DetailAsync(unfinished), StringComparison.Ordinal);
        Assert.Contains("counted from 0", await DetailAsync(beyond), StringComparison.Ordinal);
        Assert.Contains("There is no job", await DetailAsync(noJob), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_FileIsGone_SaysSoAndLogsIt()
    {
        var id = Guid.NewGuid();
        var records = await _api.CompleteAsync(StoredJob.Job(id), File);
        System.IO.File.Delete(Directory.EnumerateFiles(_api.Folder, $"{id}-0.png", SearchOption.AllDirectories).Single());
        using var response = await SendAsync(HttpMethod.Get, $"/v1/jobs/{id}/images/0");

        Assert.Contains("no longer in the artifact store", await DetailAsync(response), StringComparison.Ordinal);
        Assert.Contains(_api.Logs.Lines, l => l.StartsWith("Error", StringComparison.Ordinal) && l.Contains(records[0].Artifact, StringComparison.Ordinal));
    }

    private async Task<(string Path, string Sha256)> FinishedAsync()
    {
        var id = Guid.NewGuid();
        var records = await _api.CompleteAsync(StoredJob.Job(id), File);
        return ($"/v1/jobs/{id}/images/0", records[0].Sha256);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(method, path);
        with?.Invoke(request);
        return await _api.Client.SendAsync(request);
    }

    private static async Task<string> DetailAsync(HttpResponseMessage response) =>
        (await AssertProblem.OfAsync(response, HttpStatusCode.NotFound))["detail"]!.GetValue<string>();
}
