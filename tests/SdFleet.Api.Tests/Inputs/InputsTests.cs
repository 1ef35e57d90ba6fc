using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Api.Tests.Inputs;

public sealed class InputsTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiServer _api = shared.Api;

    [Theory]
    [InlineData("image/png")]
    [InlineData("image/jpeg")]
    [InlineData("image/webp")]
    public async Task Post_PictureTwice_IsKeptOnceUnderItsDigest(string type)
    {
        var file = Picture(type, 300, 200);

        using var first = await PostAsync(_api.Client, file, type);
        using var second = await PostAsync(_api.Client, file, type);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        var view = await ApiServer.JsonAsync(second);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
        Assert.Equal((sha256, type), (view["sha256"]!.GetValue<string>(), view["contentType"]!.GetValue<string>()));
        Assert.Equal((file.Length, 300, 200), (view["bytes"]!.GetValue<int>(), view["width"]!.GetValue<int>(), view["height"]!.GetValue<int>()));
        Assert.Equal(file, await _api.Client.GetByteArrayAsync(new Uri($"/v1/inputs/{sha256}", UriKind.Relative)));
    }

    [Theory]
    [InlineData(16_385, 8, "16385x8")]
    [InlineData(8, 16_385, "8x16385")]
    [InlineData(10_000, 5_001, "10000x5001")]
    public async Task Post_TooManyPixels_AreRefusedByTheHeader(int width, int height, string size)
    {
        foreach (var type in new[] { "image/png", "image/jpeg", "image/webp" })
        {
            using var response = await PostAsync(_api.Client, Picture(type, width, height), type);

            var problem = await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
            Assert.Contains(size, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("image/png", HttpStatusCode.BadRequest)]
    public async Task Post_NoPicture_IsRefused(string type, HttpStatusCode status)
    {
        using var text = await PostAsync(_api.Client, "no picture at all"u8.ToArray(), type);
        using var nothing = await PostAsync(_api.Client, [], type);
        using var cut = await PostAsync(_api.Client, Picture("image/png", 8, 8)[..20], type);

        await AssertProblem.OfAsync(text, status);
        await AssertProblem.OfAsync(nothing, status);
        await AssertProblem.OfAsync(cut, status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_FileThatIsTooLong_IsRefusedWithTheLimit(bool hasLength)
    {
        using var content = new ByteArrayContent(new byte[InputLimits.MaxBytes + 1]);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/inputs") { Content = content };
        request.Headers.TransferEncodingChunked = !hasLength;

        using var response = await _api.Client.SendAsync(request);

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.RequestEntityTooLarge);
        Assert.Contains("20971520", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_BeyondTheQuota_IsRefusedWithTheLimit_AndWhatIsThereIsNot()
    {
        await using var api = await ApiServer.StartAsync(new Dictionary<string, string?>(ApiServer.TwoKeys) { ["SdFleet:Api:MaxInputs"] = "2" });
        using var acme = api.ClientFor(ApiServer.AcmeKey);
        using var globex = api.ClientFor(ApiServer.GlobexKey);
        var files = new[] { 10, 11, 12 }.Select(side => Picture("image/png", side, side)).ToList();

        using var first = await PostAsync(acme, files[0], "image/png");
        using var second = await PostAsync(acme, files[1], "image/png");
        using var again = await PostAsync(acme, files[0], "image/png");
        using var third = await PostAsync(acme, files[2], "image/png");
        using var others = await PostAsync(globex, files[2], "image/png");

        Assert.Equal(
            (HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Created),
            (first.StatusCode, second.StatusCode, again.StatusCode, others.StatusCode));
        var problem = await AssertProblem.OfAsync(third, HttpStatusCode.Forbidden);
        Assert.Contains($"Tenant acme keeps 2 pictures of {2 * files[0].Length} bytes in all", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("at most 2 pictures of 21474836480 bytes in all", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        using var refused = await acme.GetAsync(new Uri($"/v1/inputs/{Convert.ToHexStringLower(SHA256.HashData(files[2]))}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    [Fact]
    public async Task Post_ManyAtOnce_StayWithinTheBytes()
    {
        await using var api = await ApiServer.StartAsync(new Dictionary<string, string?> { ["SdFleet:Api:MaxInputBytes"] = "20971520" });

        // Whatever follows the header is not looked at here.
        var responses = await Task.WhenAll(Enumerable.Range(1, 6).Select(side => PostAsync(api.Client, [.. Picture("image/png", side, side), .. new byte[6_000_000]], "image/png")));

        Assert.Equal(3, responses.Count(r => r.StatusCode == HttpStatusCode.Created));
        Assert.Equal(3, responses.Count(r => r.StatusCode == HttpStatusCode.Forbidden));
        foreach (var response in responses)
        {
            response.Dispose();
        }
    }

    [Fact]
    public async Task Post_PictureThatIsThere_RenewsIt()
    {
        await using var api = await ApiServer.StartAsync();
        var file = Picture("image/png", 5, 5);
        using var first = await PostAsync(api.Client, file, "image/png");
        var name = (await api.Artifacts.ListAsync("inputs/", default).SingleAsync()).Name;
        File.SetLastWriteTimeUtc(Path.Combine(api.Folder, "artifacts", name), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        using var again = await PostAsync(api.Client, file, "image/png");

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.True((await api.Artifacts.ListAsync("inputs/", default).SingleAsync()).ModifiedAt > TimeProvider.System.GetUtcNow().AddHours(-1));
    }

    [Fact]
    public async Task Post_OtherBytesThanDeclared_AreRefused()
    {
        using var response = await PostAsync(_api.Client, Picture("image/png", 8, 8), "image/png", digestOf: "something else"u8.ToArray());

        await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Submit_JobWithAnUploadedPicture_GoesToTheCoordinator()
    {
        var sha256 = await UploadAsync(_api.Client);

        using var response = await _api.SubmitAsync($$"""{"prompt":"p","task":"imageToImage","initImage":"{{sha256}}","strength":0.5,"loras":[{"name":"style"}]}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var job = (await _api.Submissions.WaitForAsync((await ApiServer.JsonAsync(response))["id"]!.GetValue<Guid>())).Job;
        Assert.Equal((JobTask.ImageToImage, sha256, 0.5), (job.Task, job.InitImage, job.Strength));
        Assert.Equal([new RecipeLora { Name = "style" }], job.Loras!);
    }

    [Fact]
    public async Task Submit_JobWithPicturesThatNobodyUploaded_NamesEachWithItsDigest()
    {
        var (init, mask) = (new string('a', 64), new string('b', 64));

        using var response = await _api.SubmitAsync($$"""{"prompt":"p","task":"inpaint","initImage":"{{init}}","mask":"{{mask}}"}""");

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(["initImage", "mask"], problem["errors"]!.AsArray().Select(e => e!["field"]!.GetValue<string>()));
        Assert.Equal([$"\"{init}\"", $"\"{mask}\""], problem["errors"]!.AsArray().Select(e => e!["value"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Get_AndSubmit_ReachOnlyTheTenantsOwn()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.TwoKeys);
        using var acme = api.ClientFor(ApiServer.AcmeKey);
        using var globex = api.ClientFor(ApiServer.GlobexKey);
        var sha256 = await UploadAsync(acme);
        var body = $$"""{"prompt":"p","task":"imageToImage","initImage":"{{sha256}}"}""";

        using var own = await acme.GetAsync(new Uri($"/v1/inputs/{sha256}", UriKind.Relative));
        using var strangers = await globex.GetAsync(new Uri($"/v1/inputs/{sha256}", UriKind.Relative));
        using var ownJob = await api.SubmitAsync(body, client: acme);
        using var strangersJob = await api.SubmitAsync(body, client: globex);
        using var nobody = await PostAsync(api.Client, Picture("image/png", 8, 8), "image/png");

        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        await AssertProblem.OfAsync(strangers, HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.Accepted, ownJob.StatusCode);
        await AssertProblem.OfAsync(strangersJob, HttpStatusCode.BadRequest);
        await AssertProblem.OfAsync(nobody, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Get_WhatIsNoDigest_IsNotFound()
    {
        using var response = await _api.Client.GetAsync(new Uri($"/v1/inputs/{new string('.', 63)}A", UriKind.Relative));

        await AssertProblem.OfAsync(response, HttpStatusCode.NotFound);
    }

    private static async Task<string> UploadAsync(HttpClient client)
    {
        using var response = await PostAsync(client, Picture("image/png", Random.Shared.Next(1, 10_000), 3), "image/png");
        response.EnsureSuccessStatusCode();
        return (await ApiServer.JsonAsync(response))["sha256"]!.GetValue<string>();
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] file, string type, byte[]? digestOf = null)
    {
        using var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (digestOf is not null)
        {
            content.Headers.Add("Content-Digest", $"sha-256=:{Convert.ToBase64String(SHA256.HashData(digestOf))}:");
        }

        return await client.PostAsync(new Uri("/v1/inputs", UriKind.Relative), content);
    }

    // Only the headers of the three formats, from their specifications: nothing of them is decoded here.
    private static byte[] Picture(string type, int width, int height)
    {
        switch (type)
        {
            case "image/png":
                byte[] png = [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0];
                BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
                BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
                return png;
            case "image/jpeg":
                // An application segment and a table before the frame, which is a progressive one.
                byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC4, 0, 5, 1, 2, 3, 0xFF, 0xFF, 0xC2, 0, 17, 8, 0, 0, 0, 0, 3, 1, 0x22, 0];
                BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(21), (ushort)height);
                BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(23), (ushort)width);
                return jpeg;
            default:
                byte[] webp = [.. "RIFF"u8, 22, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                BinaryPrimitives.WriteUInt16LittleEndian(webp.AsSpan(24), (ushort)(width - 1));
                BinaryPrimitives.WriteUInt16LittleEndian(webp.AsSpan(27), (ushort)(height - 1));
                return webp;
        }
    }
}
