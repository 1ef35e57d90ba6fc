using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SdFleet.Contracts.Publishing;
using SdFleet.Contracts.Validation;
using SdFleet.TestServers;

namespace SdFleet.Contracts.Tests;

public sealed class PublishedContractTests
{
    public static TheoryData<string> Fields => [.. SubmitJobFields.All.Select(f => f.Name)];

    [Theory]
    [InlineData("submit-job.schema.json")]
    [InlineData("asyncapi.json")]
    public void Documents_InTheRepository_AreWhatTheCodeSays(string file)
    {
        var text = file == "asyncapi.json" ? PublishedContract.AsyncApi : PublishedContract.Schema;
        Assert.True(File.Exists(Published(file)) && File.ReadAllText(Published(file)) == text, $"{file} is out of date: sdfleet contract schema and asyncapi print what it should be.");
    }

    // A value just within each bound of the schema is read, and one just outside is an error of that field.
    [Theory]
    [MemberData(nameof(Fields))]
    public void Schema_Bounds_AreThoseOfTheReader(string name)
    {
        var schema = JsonNode.Parse(PublishedContract.Schema)!["properties"]![name]!.AsObject();
        foreach (var (value, isGood) in Samples(schema))
        {
            var job = new JsonObject { ["id"] = "0f8fad5b-d9cb-469f-a165-70867728950e", ["prompt"] = "p" };
            job[name] = value;
            var errors = new List<FieldError>();
            SubmissionReader.Read(JsonSerializer.SerializeToUtf8Bytes(job), SubmissionDoor.Broker, errors);
            Assert.True(isGood == (errors.Count == 0), $"{job.ToJsonString()[..Math.Min(200, job.ToJsonString().Length)]}: {string.Join("; ", errors)}");
            Assert.All(errors, e => Assert.Equal(name, e.Field));
        }
    }

    [Fact]
    public void AsyncApi_ItsExample_IsAdmitted()
    {
        var payload = AsyncApiDocument.Create()["components"]!["messages"]!["submitJob"]!["examples"]![0]!["payload"]!;
        var errors = new List<FieldError>();

        var job = SubmissionReader.Read(JsonSerializer.SerializeToUtf8Bytes(payload), SubmissionDoor.Broker, errors);

        Assert.Empty(errors);
        Assert.Equal((2, 42), (job.Images, job.Seed));
    }

    [Fact]
    public void AsyncApi_References_LeadSomewhere()
    {
        var document = AsyncApiDocument.Create();
        var references = Regex.Matches(PublishedContract.AsyncApi, "\"\\$ref\": \"#/([^\"]+)\"").Select(m => m.Groups[1].Value).ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.NotNull(reference.Split('/').Aggregate((JsonNode?)document, (node, key) => node?[key])));
    }

    [Fact]
    public async Task AsyncApi_IsValidByTheSchemaOfAsyncApi()
    {
        string[] check = [RepositoryFolder.Combine("infra", "tools", "check.mjs"), await ToolsFolder.GetAsync(), "asyncapi", Published("asyncapi.json")];

        var answer = (await ChildProcess.RunAsync(RepositoryFolder.Root, "node", check)).Succeeded();

        Assert.Equal([], JsonNode.Parse(answer)!["errors"]!.AsArray().Select(e => (string)e!));
    }

    private static string Published(string file) => RepositoryFolder.Combine("src", "SdFleet.Contracts", "published", file);

    private static IEnumerable<(JsonNode? Value, bool IsGood)> Samples(JsonObject schema)
    {
        if (schema["enum"] is JsonArray words)
        {
            return [.. words.Select(w => (w!.DeepClone(), true)), ("no such word", false), (1, false)];
        }

        switch ((string)schema["type"]!)
        {
            case "integer":
                var (least, most, step) = ((long)schema["minimum"]!, (long)schema["maximum"]!, (int?)schema["multipleOf"] ?? 1);
                return [(least, true), (most, true), (least - step, false), (most + step, false), (least + 0.5, false), .. step > 1 ? [(least + 1, false)] : Array.Empty<(JsonNode?, bool)>()];
            case "number":
                var (low, high) = ((double)schema["minimum"]!, (double)schema["maximum"]!);
                return [(low, true), (high, true), (low - 0.5, false), (high + 0.5, false), ("1", false)];
            case "boolean":
                return [(true, true), (false, true), ("true", false), (1, false)];
            default:
                if ((string?)schema["format"] is { } format)
                {
                    return format == "uuid"
                        ? [(Guid.NewGuid().ToString(), true), ("no", false)]
                        : [("2026-01-31T12:00:00Z", true), ("yesterday", false)];
                }

                var (shortest, longest) = ((int?)schema["minLength"] ?? 0, (int)schema["maxLength"]!);
                var pattern = schema["pattern"] is { } p ? new Regex((string)p!) : null;
                var letter = pattern is null ? 'x' : 'a';
                Assert.True(pattern?.IsMatch(new string(letter, longest)) ?? true);
                return
                [
                    (new string(letter, longest), true),
                    (new string(letter, longest + 1), false),
                    (new string(letter, shortest), true),
                    .. shortest > 0 ? [(new string(letter, shortest - 1), false)] : Array.Empty<(JsonNode?, bool)>(),
                    .. pattern is not null ? [(new string('Q', longest), false)] : Array.Empty<(JsonNode?, bool)>(),
                ];
        }
    }
}
