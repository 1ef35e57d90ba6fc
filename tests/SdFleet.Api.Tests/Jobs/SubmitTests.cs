using System.Net;
using System.Net.Http.Json;
using System.Text;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Api.Tests.Jobs;

public sealed class SubmitTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiServer _api = shared.Api;

    [Fact]
    public async Task Submit_FullBody_IsPublishedAsItCameWithIdTenantAndTime()
    {
        var before = DateTimeOffset.UtcNow;
        using var response = await _api.SubmitAsync(
            """
            {"prompt":"a red circle","negativePrompt":"blue","model":"shapes","images":2,"seed":7,"width":128,"height":128,"steps":10,
             "guidanceScale":3.5,"scheduler":"DDIM","noiseSource":"cuda","lane":"bulk"}
            """);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var answer = await ApiServer.JsonAsync(response);
        var id = answer["id"]!.GetValue<Guid>();
        Assert.Equal(7, id.Version);
        Assert.Equal($"/v1/jobs/{id}", answer["url"]!.GetValue<string>());
        Assert.Equal($"/v1/jobs/{id}", response.Headers.Location!.OriginalString);
        var job = (await _api.Submissions.WaitForAsync(id)).Job;
        Assert.InRange(job.SubmittedAt!.Value, before.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(
            new SubmitJob
            {
                Id = id, Tenant = "default", SubmittedAt = job.SubmittedAt, Prompt = "a red circle", NegativePrompt = "blue", Model = "shapes",
                Images = 2, Seed = 7, Width = 128, Height = 128, Steps = 10, GuidanceScale = 3.5, Scheduler = "ddim",
                NoiseSource = NoiseSource.Cuda, Lane = Lane.Bulk,
            },
            job);
    }

    [Fact]
    public async Task Submit_PromptOnly_LeavesDefaultsToTheCoordinator()
    {
        using var response = await _api.SubmitAsync("""{"prompt":"a red circle"}""");

        var id = (await ApiServer.JsonAsync(response))["id"]!.GetValue<Guid>();
        var job = (await _api.Submissions.WaitForAsync(id)).Job;
        Assert.Equal((null, null, null), (job.Model, job.Steps, job.Seed));
    }

    [Fact]
    public async Task Submit_SameIdTwice_AnswersTheSame()
    {
        var id = Guid.NewGuid();
        using var first = await _api.SubmitAsync($$"""{"id":"{{id}}","prompt":"a red circle"}""");
        using var second = await _api.SubmitAsync($$"""{"id":"{{id}}","prompt":"a red circle"}""");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(id, (await ApiServer.JsonAsync(second))["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Submit_IdempotencyKey_DecidesTheId()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await _api.SubmitAsync("""{"prompt":"a red circle"}""", key);
        using var second = await _api.SubmitAsync("""{"prompt":"a red circle"}""", key);

        var expected = DerivedId.FromIdempotencyKey("default", key);
        Assert.Equal(expected, (await ApiServer.JsonAsync(first))["id"]!.GetValue<Guid>());
        Assert.Equal(expected, (await ApiServer.JsonAsync(second))["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Submit_KeyAndTheIdItStandsFor_IsAccepted()
    {
        var key = Guid.NewGuid().ToString();
        using var response = await _api.SubmitAsync($$"""{"id":"{{DerivedId.FromIdempotencyKey("default", key)}}","prompt":"p"}""", key);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task Submit_KeyAndAnotherId_IsRefused()
    {
        var id = Guid.NewGuid();
        using var response = await _api.SubmitAsync($$"""{"id":"{{id}}","prompt":"p"}""", "k");

        await AssertWrongAsync(response, "Idempotency-Key");
        Assert.False(_api.Submissions.Has(id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("tab\tinside")]
    [InlineData("café")]
    public async Task Submit_WrongKey_IsRefused(string key)
    {
        using var response = await _api.SubmitAsync("""{"prompt":"p"}""", key);

        await AssertWrongAsync(response, "Idempotency-Key");
    }

    [Theory]
    [InlineData(255, HttpStatusCode.Accepted)]
    [InlineData(256, HttpStatusCode.BadRequest)]
    public async Task Submit_LongKey_IsHeldToTheLimit(int length, HttpStatusCode expected)
    {
        using var response = await _api.SubmitAsync("""{"prompt":"p"}""", new string('k', length));

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Submit_KeyTwice_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = JsonContent.Create(new { prompt = "p" }) };
        request.Headers.Add("Idempotency-Key", ["one", "two"]);
        using var response = await _api.Client.SendAsync(request);

        await AssertWrongAsync(response, "Idempotency-Key");
    }

    [Theory]
    [InlineData("""{}""", "prompt", null, "text of 1 to 4000 characters")]
    [InlineData("""{"prompt":""}""", "prompt", "\"\"", "text of 1 to 4000 characters")]
    [InlineData("""{"prompt":5}""", "prompt", "5", "text of 1 to 4000 characters")]
    [InlineData("""{"prompt":"\ud800"}""", "prompt", "\"\\ud800\"", "text of 1 to 4000 characters")]
    [InlineData("""{"prompt":"p","negativePrompt":[]}""", "negativePrompt", "a list", "text of at most 4000 characters")]
    [InlineData("""{"prompt":"p","id":"x"}""", "id", "\"x\"", "a UUID")]
    [InlineData("""{"prompt":"p","id":"00000000-0000-0000-0000-000000000000"}""", "id", "\"00000000-0000-0000-0000-000000000000\"", "not all zeros")]
    [InlineData("""{"prompt":"p","model":"Not A Name"}""", "model", "\"Not A Name\"", "characters of a-z")]
    [InlineData("""{"prompt":"p","model":"unknown"}""", "model", "\"unknown\"", "one of shapes")]
    [InlineData("""{"prompt":"p","images":0}""", "images", "0", "an integer from 1 to 64")]
    [InlineData("""{"prompt":"p","images":5}""", "images", "5", "at most 4 for model shapes")]
    [InlineData("""{"prompt":"p","images":1.5}""", "images", "1.5", "an integer from 1 to 64")]
    [InlineData("""{"prompt":"p","images":"2"}""", "images", "\"2\"", "an integer from 1 to 64")]
    [InlineData("""{"prompt":"p","seed":-1}""", "seed", "-1", "an integer from 0 to 9007199254740991")]
    [InlineData("""{"prompt":"p","seed":9007199254740992}""", "seed", "9007199254740992", "an integer from 0 to 9007199254740991")]
    [InlineData("""{"prompt":"p","seed":9007199254740991,"images":2}""", "seed", "9007199254740991", "seed + images - 1")]
    [InlineData("""{"prompt":"p","seed":1e999}""", "seed", "1e999", "an integer from 0 to 9007199254740991")]
    [InlineData("""{"prompt":"p","width":100}""", "width", "100", "a multiple of 8")]
    [InlineData("""{"prompt":"p","width":256}""", "width", "256", "model shapes makes 128x128")]
    [InlineData("""{"prompt":"p","height":9999999999999999999999}""", "height", "9999999999999999999999", "an integer from 64 to 4096")]
    [InlineData("""{"prompt":"p","height":256}""", "height", "256", "model shapes makes 128x128")]
    [InlineData("""{"prompt":"p","steps":51}""", "steps", "51", "at most 50 for model shapes")]
    [InlineData("""{"prompt":"p","steps":true}""", "steps", "true", "an integer from 1 to 1000")]
    [InlineData("""{"prompt":"p","guidanceScale":51}""", "guidanceScale", "51", "a number from 0 to 50")]
    [InlineData("""{"prompt":"p","guidanceScale":1e999}""", "guidanceScale", "1e999", "a number from 0 to 50")]
    [InlineData("""{"prompt":"p","scheduler":"best"}""", "scheduler", "\"best\"", "one of ddim, ddpm")]
    [InlineData("""{"prompt":"p","scheduler":"\ud800"}""", "scheduler", "\"\\ud800\"", "one of ddim, ddpm")]
    [InlineData("""{"prompt":"p","noiseSource":"dice"}""", "noiseSource", "\"dice\"", "one of cpu, cuda")]
    [InlineData("""{"prompt":"p","lane":"fast"}""", "lane", "\"fast\"", "one of interactive, normal, bulk")]
    [InlineData("""{"prompt":"p","lane":1}""", "lane", "1", "one of interactive, normal, bulk")]
    [InlineData("""{"prompt":"p","tenant":"acme"}""", "tenant", "\"acme\"", "not a field")]
    [InlineData("""{"prompt":"p","submittedAt":"2026-01-31T12:00:00Z"}""", "submittedAt", "\"2026-01-31T12:00:00Z\"", "not a field")]
    [InlineData("""{"prompt":"p","promt":"q"}""", "promt", "\"q\"", "the fields are id, model, prompt")]
    [InlineData("""{"prompt":"p","prompt":"q"}""", "prompt", "\"q\"", "given twice")]
    public async Task Submit_WrongField_NamesItItsValueAndItsLimit(string body, string field, string? value, string limit)
    {
        using var response = await _api.SubmitAsync(body);

        var error = await AssertWrongAsync(response, field);
        Assert.Equal(value, error["value"]?.GetValue<string>());
        Assert.Contains(limit, error["limit"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_ManyWrongFields_NamesEveryOne()
    {
        using var response = await _api.SubmitAsync("""{"images":9,"steps":0,"lane":"x","width":1,"foo":1}""", "not ascii é");

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(
            ["Idempotency-Key", "foo", "images", "lane", "prompt", "steps", "width"],
            problem["errors"]!.AsArray().Select(e => e!["field"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Contains("steps is 0: an integer from 1 to 1000", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"prompt\"")]
    [InlineData("{\"prompt\":\"p\"")]
    [InlineData("{\"prompt\":\"p\"} {}")]
    [InlineData("{'prompt':'p'}")]
    [InlineData("{\"prompt\":\"p\",}")]
    [InlineData("{\"prompt\":\"p\",\"seed\":NaN}")]
    [InlineData("{\"prompt\":\"p\",\"seed\":01}")]
    [InlineData("{\"prompt\":\"line\nbreak\"}")]
    [InlineData("{\"\\ud800\":1,\"prompt\":\"p\"}")]
    [InlineData("{\"id\":\"\\ud800\",\"prompt\":\"p\"}")]
    public async Task Submit_NoJsonObject_SaysSo(string body)
    {
        using var response = await _api.SubmitAsync(body);

        await AssertWrongAsync(response, "body");
    }

    [Fact]
    public async Task Submit_ByteOrderMark_SaysSo()
    {
        using var response = await _api.SubmitAsync([0xEF, 0xBB, 0xBF, .. """{"prompt":"p"}"""u8]);

        await AssertWrongAsync(response, "body");
    }

    [Fact]
    public async Task Submit_InvalidUtf8_SaysSo()
    {
        using var inValue = await _api.SubmitAsync([.. "{\"prompt\":\""u8, 0xFF, 0xFE, .. "\"}"u8]);
        using var inName = await _api.SubmitAsync([.. "{\"prompt\":\"p\",\""u8, 0xC3, 0x28, .. "\":1}"u8]);
        using var utf16 = await _api.SubmitAsync(Encoding.Unicode.GetBytes("""{"prompt":"é"}"""));

        await AssertWrongAsync(inValue, "body");
        await AssertWrongAsync(inName, "body");
        await AssertWrongAsync(utf16, "body");
    }

    [Theory]
    [InlineData(9)]
    [InlineData(30_000)]
    public async Task Submit_DeepNesting_IsRefusedCheaply(int depth)
    {
        using var response = await _api.SubmitAsync($$"""{"prompt":"p","x":{{new string('[', depth)}}{{new string(']', depth)}}}""");

        await AssertWrongAsync(response, "body");
    }

    [Fact]
    public async Task Submit_ThousandsOfUnknownFields_NamesSome()
    {
        var body = "{\"prompt\":\"p\"," + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"f{i}\":1")) + "}";
        using var response = await _api.SubmitAsync(body);

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(100, problem["errors"]!.AsArray().Count);
        Assert.Contains("and 4995 more", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_LongestPrompts_Fit()
    {
        // Six bytes a character is the longest way to write one.
        var longest = string.Concat(Enumerable.Repeat("\\u00e9", 4000));
        using var response = await _api.SubmitAsync($$"""{"prompt":"{{longest}}","negativePrompt":"{{longest}}"}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Theory]
    [InlineData(64 * 1024, HttpStatusCode.Accepted)]
    [InlineData((64 * 1024) + 1, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(1024 * 1024, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Submit_LargeBody_IsHeldToTheLimit(int length, HttpStatusCode expected)
    {
        var body = Encoding.UTF8.GetBytes("""{"prompt":"p"}""".PadRight(length));
        using var response = await _api.SubmitAsync(body);

        Assert.Equal(expected, response.StatusCode);
        if (expected != HttpStatusCode.Accepted)
        {
            var problem = await AssertProblem.OfAsync(response, expected);
            Assert.Contains("65536", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Submit_LargeBodyOfUnknownLength_IsHeldToTheLimit()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = JsonContent.Create(new { prompt = new string('p', 100_000) }) };
        request.Headers.TransferEncodingChunked = true;
        using var response = await _api.Client.SendAsync(request);

        await AssertProblem.OfAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Submit_OtherContentType_IsRefused(string? type)
    {
        using var content = new ByteArrayContent("""{"prompt":"p"}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await _api.Client.PostAsync("/v1/jobs", content);

        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.UnsupportedMediaType);
        Assert.Contains("Content-Type: application/json", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> AssertWrongAsync(HttpResponseMessage response, string field)
    {
        var problem = await AssertProblem.OfAsync(response, HttpStatusCode.BadRequest);
        var error = Assert.Single(problem["errors"]!.AsArray())!;
        Assert.Equal(field, error["field"]!.GetValue<string>());
        return error;
    }
}
