using System.Text;
using System.Text.Json;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Tests;

public sealed class SubmissionReaderTests
{
    [Fact]
    public void Read_EveryField_KeepsEachValue()
    {
        const string Json = """
            {"id":"6c0e1f7e-5d6a-4b1c-9e59-3a2f4d5e6f70","tenant":"acme","model":"shapes","modelDigest":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","prompt":"p","negativePrompt":"n","images":3,
             "seed":9007199254740991,"width":128,"height":256,"steps":20,"guidanceScale":3.5,"scheduler":"DDIM","noiseSource":"CUDA",
             "lane":"bulk","webhook":{"url":"https://example.org/hooks","events":["failed","completed"]},"submittedAt":"2026-01-31T12:00:00+01:00"}
            """;
        var (job, errors) = Read(Json, SubmissionDoor.Broker);

        Assert.Empty(errors);
        Assert.Equal("https://example.org/hooks", job.Webhook!.Url);
        Assert.Equal([WebhookEvent.Completed, WebhookEvent.Failed], job.Webhook.Events!);
        Assert.Equal(
            new SubmitJob
            {
                Id = new Guid("6c0e1f7e-5d6a-4b1c-9e59-3a2f4d5e6f70"), Tenant = "acme", Model = "shapes", ModelDigest = string.Concat(Enumerable.Repeat("0123456789abcdef", 4)), Prompt = "p", NegativePrompt = "n", Images = 3,
                Seed = 9007199254740991, Width = 128, Height = 256, Steps = 20, GuidanceScale = 3.5, Scheduler = "ddim", NoiseSource = NoiseSource.Cuda,
                Lane = Lane.Bulk, Webhook = job.Webhook, SubmittedAt = new DateTimeOffset(2026, 1, 31, 11, 0, 0, TimeSpan.Zero),
            },
            job);
    }

    [Fact]
    public void Rules_EveryProperty_HasOneAndIsRead()
    {
        var properties = typeof(SubmitJob).GetProperties().Where(p => p.CanWrite).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Order();
        Assert.Equal(properties, SubmitJobFields.All.Select(f => f.Name).Order());
    }

    [Theory]
    [InlineData("id", "\"no\"")]
    [InlineData("id", "\"00000000-0000-0000-0000-000000000000\"")]
    [InlineData("model", "\"UPPER\"")]
    [InlineData("model", "\"../etc\"")]
    [InlineData("modelDigest", "\"abc\"")]
    [InlineData("modelDigest", "\"0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\"")]
    [InlineData("prompt", "\"\"")]
    [InlineData("prompt", "5")]
    [InlineData("prompt", "\"\\ud800\"")]
    [InlineData("images", "0")]
    [InlineData("images", "65")]
    [InlineData("images", "1.5")]
    [InlineData("images", "\"2\"")]
    [InlineData("seed", "-1")]
    [InlineData("seed", "9007199254740992")]
    [InlineData("seed", "1e400")]
    [InlineData("width", "127")]
    [InlineData("width", "56")]
    [InlineData("height", "4104")]
    [InlineData("steps", "0")]
    [InlineData("steps", "99999999999999999999")]
    [InlineData("guidanceScale", "-0.1")]
    [InlineData("guidanceScale", "1e999")]
    [InlineData("guidanceScale", "\"7\"")]
    [InlineData("scheduler", "\"nope\"")]
    [InlineData("noiseSource", "\"gpu\"")]
    [InlineData("noiseSource", "1")]
    [InlineData("lane", "\"\\ud800\"")]
    [InlineData("lane", "{}")]
    [InlineData("lane", "[\"bulk\"]")]
    public void Read_FieldOutsideItsRule_NamesFieldValueAndLimit(string field, string value)
    {
        var prompt = field == "prompt" ? "" : "\"prompt\":\"p\",";
        var (_, errors) = Read($$"""{{{prompt}}"{{field}}":{{value}}}""", SubmissionDoor.Http);

        var error = Assert.Single(errors);
        Assert.Equal(field, error.Field);
        Assert.NotNull(error.Value);
        Assert.Equal(SubmitJobFields.All.Single(f => f.Name == field).Limit, error.Limit);
    }

    [Fact]
    public void Read_ManyFaults_ReportsEach()
    {
        var (_, errors) = Read("""{"steps":0,"width":1,"lane":"now","colour":"red"}""", SubmissionDoor.Http);
        Assert.Equal(["colour", "lane", "prompt", "steps", "width"], errors.Select(e => e.Field).Order());
    }

    [Theory]
    [InlineData("tenant")]
    [InlineData("submittedAt")]
    public void Read_BrokerFieldOverHttp_IsUnknown(string field)
    {
        var (_, errors) = Read($$"""{"prompt":"p","{{field}}":"x"}""", SubmissionDoor.Http);
        Assert.Equal(field, Assert.Single(errors).Field);
    }

    [Fact]
    public void Read_FieldGivenTwice_IsRefused()
    {
        var (_, errors) = Read("""{"prompt":"a","prompt":"b"}""", SubmissionDoor.Http);
        Assert.Contains("twice", Assert.Single(errors).Limit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("\"text\"")]
    [InlineData("[{\"prompt\":\"p\"}]")]
    [InlineData("{\"prompt\":\"p\"")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"prompt\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}}")]
    public void Read_NotAnObject_IsOneFaultOfTheBody(string json)
    {
        var (_, errors) = Read(json, SubmissionDoor.Http);
        Assert.Equal("body", Assert.Single(errors).Field);
    }

    [Fact]
    public void Read_VeryLongValue_IsShortenedInTheError()
    {
        var (_, errors) = Read($$"""{"prompt":"{{new string('x', 5000)}}"}""", SubmissionDoor.Http);
        Assert.InRange(Assert.Single(errors).Value!.Length, 80, 120);
    }

    [Theory]
    [InlineData(78)]
    [InlineData(79)]
    public void Read_VeryLongValue_IsNotCutWithinACharacter(int before)
    {
        // The value is shown with its opening quote, so a pair begins at one of these places just where it is cut.
        var (_, errors) = Read("{\"prompt\":\"p\",\"steps\":\"" + new string('x', before) + "\U0001F600 and so on\"}", SubmissionDoor.Http);

        var shown = Assert.Single(errors).Value!;
        Assert.DoesNotContain(shown.EnumerateRunes(), r => r == Rune.ReplacementChar);
    }

    [Fact]
    public void Read_InvalidUtf8_IsAFaultAndNoException()
    {
        var errors = new List<FieldError>();
        SubmissionReader.Read(new byte[] { 0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D }, SubmissionDoor.Http, errors);
        Assert.NotEmpty(errors);
    }

    private static (SubmitJob Job, List<FieldError> Errors) Read(string json, SubmissionDoor door)
    {
        var errors = new List<FieldError>();
        return (SubmissionReader.Read(Encoding.UTF8.GetBytes(json), door, errors), errors);
    }
}
