using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SdFleet.Contracts.Publishing;
using SdFleet.Contracts.Validation;
using SdFleet.Contracts.Webhooks;
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
            Assert.All(errors, e => Assert.Equal(name, e.Field.Split('.', '[')[0]));
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

    // What a webhook sends is what the contract says it sends: no name more or less, and absent only what may be.
    [Theory]
    [InlineData("jobEnded", typeof(WebhookMessage<WebhookJob>))]
    [InlineData("batchEnded", typeof(WebhookMessage<WebhookBatch>))]
    public void AsyncApi_BodiesOfWebhooks_AreTheRecords(string message, Type record)
    {
        AssertSame(AsyncApiDocument.Create()["components"]!["messages"]![message]!["payload"]!["schema"]!, record);

        static void AssertSame(JsonNode schema, Type type)
        {
            var members = type.GetProperties().ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name), StringComparer.Ordinal);
            Assert.Equal(members.Keys, schema["properties"]!.AsObject().Select(p => p.Key));
            var nullable = new NullabilityInfoContext();
            Assert.Equal(members.Where(m => nullable.Create(m.Value).ReadState != NullabilityState.Nullable).Select(m => m.Key), schema["required"]!.AsArray().Select(r => (string)r!));
            foreach (var (name, member) in members)
            {
                var (property, of) = (schema["properties"]![name]!, member.PropertyType);
                var expected = of == typeof(string) || of == typeof(Guid) || of == typeof(DateTimeOffset) || of.IsEnum ? "string"
                    : of.IsPrimitive ? "integer" : of.IsGenericType && of.IsAssignableTo(typeof(System.Collections.IEnumerable)) ? "array" : "object";
                Assert.Equal((name, expected), (name, (string)property["type"]!));
                if (expected is "object" or "array")
                {
                    AssertSame(expected == "object" ? property : property["items"]!, expected == "object" ? of : of.GetGenericArguments()[0]);
                }
            }
        }
    }

    private static string Published(string file) => RepositoryFolder.Combine("src", "SdFleet.Contracts", "published", file);

    private static JsonObject With(Dictionary<string, JsonNode?> members, string name, JsonNode? value)
    {
        var all = new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
        all[name] = value?.DeepClone();
        return all;
    }

    private static IEnumerable<(JsonNode? Value, bool IsGood)> Urls(JsonObject schema)
    {
        const string Begin = "https://example.org/";
        var (longest, pattern) = ((int)schema["maxLength"]!, new Regex((string)schema["pattern"]!));
        (string Text, bool IsGood)[] urls =
        [
            (Begin.PadRight(longest, 'x'), true),
            (Begin.PadRight(longest + 1, 'x'), false),
            ("http://example.org:8080/a?b=c", true),
            ("ftp://example.org/", false),
            ("example.org", false),
            ("https://example.org/a b", false),
        ];
        Assert.All(urls, url => Assert.Equal(url.IsGood, url.Text.Length <= longest && pattern.IsMatch(url.Text)));
        return urls.Select(url => ((JsonNode?)url.Text, url.IsGood));
    }

    private static IEnumerable<(JsonNode? Value, bool IsGood)> Samples(JsonObject schema)
    {
        if (schema["enum"] is JsonArray words)
        {
            return [.. words.Select(w => (w!.DeepClone(), true)), ("no such word", false), (1, false)];
        }

        switch ((string)schema["type"]!)
        {
            case "object":
                // Each member's values with the least of what else the object needs, and something that it does not know.
                var needed = schema["required"]!.AsArray().ToDictionary(n => (string)n!, n => Samples(schema["properties"]![(string)n!]!.AsObject()).First(s => s.IsGood).Value);
                return
                [
                    .. schema["properties"]!.AsObject().SelectMany(p => Samples(p.Value!.AsObject()).Select(s => (Value: With(needed, p.Key, s.Value), s.IsGood))),
                    (With(needed, "colour", "red"), (bool?)schema["additionalProperties"] != false),
                    (new JsonObject(), needed.Count == 0),
                    ("text", false),
                ];
            case "array" when schema["items"]!["properties"] is not null:
                // Each member's values, and as many members as there may be and one more.
                var member = schema["items"]!.AsObject();
                var good = Samples(member).First(s => s.IsGood).Value!.AsObject();
                var maxItems = (int)schema["maxItems"]!;
                return
                [
                    .. Samples(member).Select(s => ((JsonNode?)new JsonArray(s.Value?.DeepClone()), s.IsGood)),
                    (Many(maxItems), true),
                    (Many(maxItems + 1), false),
                    (new JsonArray(), (int?)schema["minItems"] is not > 0),
                    ("text", false),
                ];

                // Of different names, which is all that is asked of several.
                JsonArray Many(int count) => new([.. Enumerable.Range(0, count).Select(i => (JsonNode)With(good.ToDictionary(), "name", $"n{i}"))]);
            case "array":
                var allowed = schema["items"]!["enum"]!.AsArray().Select(w => w!.DeepClone()).ToList();
                return
                [
                    (new JsonArray([.. allowed]), true),
                    (new JsonArray(allowed[0].DeepClone()), true),
                    (new JsonArray(), (int?)schema["minItems"] is not > 0),
                    (new JsonArray(allowed[0].DeepClone(), allowed[0].DeepClone()), (bool?)schema["uniqueItems"] != true),
                    (new JsonArray("no such word"), false),
                    ("completed", false),
                ];
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
                    return format switch
                    {
                        "uuid" => [(Guid.NewGuid().ToString(), true), ("no", false)],
                        "uri" => Urls(schema),
                        _ => [("2026-01-31T12:00:00Z", true), ("yesterday", false)],
                    };
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
