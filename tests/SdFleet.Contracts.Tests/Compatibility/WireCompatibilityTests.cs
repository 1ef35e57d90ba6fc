using System.Text.Json;
using System.Text.Json.Nodes;

namespace SdFleet.Contracts.Tests.Compatibility;

/// <summary>
/// Two versions that talk to each other, while one is replaced by the other: what earlier versions wrote is read by this one, and
/// what this one writes is read by them.
/// </summary>
/// <remarks>
/// A field, a type or a word of an enum that changes makes a new version, which needs a record of its own. This makes it, after
/// which the file belongs into the repository:
/// <code>SDFLEET_RECORD=1 dotnet test tests/SdFleet.Contracts.Tests --filter Compatibility</code>
/// Records of earlier versions are never written again.
/// </remarks>
public sealed class WireCompatibilityTests
{
    private const string RecordVariable = "SDFLEET_RECORD";

    /// <summary>Words that were added to an enum, and why a reader who does not know them does not meet them, or meets them without harm.</summary>
    private static readonly Dictionary<string, string> UnderstoodLater = new(StringComparer.Ordinal)
    {
        ["ExportState.cancelled is a word that earlier versions do not know"] = "Nobody of an earlier version can cancel an export. Commands of one that watch it end with an error, as it has ended.",
    };

    public static TheoryData<int> Versions => [.. WireShape.Versions()];

    public static TheoryData<string> Objects => [.. WireShape.Types.Where(t => !t.Value.IsEnum).Select(t => t.Key).Order(StringComparer.Ordinal)];

    [Fact]
    public void Shape_OfThisVersion_IsRecorded()
    {
        var current = WireShape.Current();
        var versions = WireShape.Versions();
        var isRecorded = versions.Count > 0 && JsonNode.DeepEquals(JsonNode.Parse(WireShape.Text(WireShape.Read(versions[^1]))), JsonNode.Parse(WireShape.Text(current)));
        if (!isRecorded && Environment.GetEnvironmentVariable(RecordVariable) == "1")
        {
            WireShape.Write(versions.Count == 0 ? 1 : versions[^1] + 1, current);
            isRecorded = true;
        }

        Assert.True(isRecorded, $"The contracts have changed and their shape has no record: {RecordVariable}=1 makes it.");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void EarlierVersion_CanBeReadAndReadsThis(int version) =>
        Assert.Equal([], Breaks(WireShape.Read(version), WireShape.Current()).Except(UnderstoodLater.Keys));

    [Theory]
    [MemberData(nameof(Versions))]
    public void EarlierVersion_WhatItWrote_IsReadWithAllItsFields(int version)
    {
        foreach (var (name, recorded) in WireShape.Read(version).Where(t => t.Value.Sample is not null))
        {
            var type = WireShape.Types[name];
            var again = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(recorded.Sample, type, ContractsJson.Options), type, ContractsJson.Options);
            Assert.True(Contains(again, recorded.Sample), $"{name}: {recorded.Sample!.ToJsonString()} was read as {again!.ToJsonString()}");
        }
    }

    // A later version has fields that this one does not know, anywhere.
    [Theory]
    [MemberData(nameof(Objects))]
    public void UnknownFields_OfALaterVersion_AreLeftAlone(string name)
    {
        var type = WireShape.Types[name];
        var sample = WireShape.Current()[name].Sample!;
        var later = sample.DeepClone();
        AddUnknown(later);

        var read = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(later, type, ContractsJson.Options), type, ContractsJson.Options);

        Assert.True(JsonNode.DeepEquals(sample, read) || HoldsAnything(type), $"{later.ToJsonString()} was read as {read!.ToJsonString()}");
    }

    // What the tests above rest on: each kind of break is found.
    [Theory]
    [InlineData("gone", "JobFailed.reason is gone")]
    [InlineData("type", "JobFailed.attempt was Int32 and is String")]
    [InlineData("required", "JobFailed.extra is required, and earlier versions do not write it")]
    [InlineData("dropped", "JobFailed.at was required, and may be absent now")]
    [InlineData("word", "ErrorClass.melted is a word that earlier versions do not know")]
    [InlineData("lost word", "ErrorClass.transient is gone")]
    [InlineData("type gone", "JobFailed is gone")]
    public void Break_OfEachKind_IsFound(string kind, string expected)
    {
        var (earlier, now) = (WireShape.Current(), WireShape.Current());
        var failed = now["JobFailed"];
        switch (kind)
        {
            case "gone":
                failed.Fields.Remove("reason");
                break;
            case "type":
                failed.Fields["attempt"] = "String";
                break;
            case "required":
                failed.Fields["extra"] = "String";
                now["JobFailed"] = failed with { Required = [.. failed.Required, "extra"] };
                break;
            case "dropped":
                now["JobFailed"] = failed with { Required = [.. failed.Required.Where(f => f != "at")] };
                break;
            case "word":
                now["ErrorClass"].Fields["melted"] = "";
                break;
            case "lost word":
                now["ErrorClass"].Fields.Remove("transient");
                break;
            case "type gone":
                now.Remove("JobFailed");
                break;
        }

        Assert.Contains(expected, Breaks(earlier, now));
        Assert.Empty(Breaks(earlier, earlier));
    }

    private static IEnumerable<string> Breaks(SortedDictionary<string, WireType> earlier, SortedDictionary<string, WireType> now)
    {
        foreach (var (name, then) in earlier)
        {
            if (!now.TryGetValue(name, out var type))
            {
                yield return $"{name} is gone";
                continue;
            }

            foreach (var (field, fieldType) in then.Fields)
            {
                if (!type.Fields.TryGetValue(field, out var newType))
                {
                    yield return $"{name}.{field} is gone";
                }
                else if (newType != fieldType)
                {
                    yield return $"{name}.{field} was {fieldType} and is {newType}";
                }
            }

            foreach (var field in type.Required.Except(then.Required))
            {
                yield return then.Fields.ContainsKey(field) ? $"{name}.{field} is required, and could be absent" : $"{name}.{field} is required, and earlier versions do not write it";
            }

            foreach (var field in then.Required.Except(type.Required).Where(type.Fields.ContainsKey))
            {
                yield return $"{name}.{field} was required, and may be absent now";
            }

            if (then.Sample is null)
            {
                foreach (var word in type.Fields.Keys.Except(then.Fields.Keys))
                {
                    yield return $"{name}.{word} is a word that earlier versions do not know";
                }
            }
        }
    }

    // Everything of the smaller is in the larger.
    private static bool Contains(JsonNode? larger, JsonNode? smaller) => (larger, smaller) switch
    {
        (JsonObject a, JsonObject b) => b.All(member => Contains(a[member.Key], member.Value)),
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(pair => Contains(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(larger, smaller),
    };

    private static void AddUnknown(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject record:
                foreach (var (_, child) in record.ToList())
                {
                    AddUnknown(child);
                }

                // A map's keys are no fields.
                if (!record.ContainsKey(WireShape.MapKey))
                {
                    record["fieldOfALaterVersion"] = new JsonObject { ["a"] = 1 };
                }

                break;
            case JsonArray list:
                foreach (var child in list)
                {
                    AddUnknown(child);
                }

                break;
        }
    }

    // A map, or an open value, keeps whatever it is given.
    private static bool HoldsAnything(Type type) => WireShape.Current()[type.Name].Fields.Values.Any(f => f.StartsWith('{') || f is "JsonElement" or "Object");
}
