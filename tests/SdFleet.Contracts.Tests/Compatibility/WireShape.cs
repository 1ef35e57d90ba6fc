using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using SdFleet.Contracts.Validation;
using SdFleet.TestServers;

namespace SdFleet.Contracts.Tests.Compatibility;

/// <summary>
/// What the services of this version say to each other, to their clients and to their own later selves: every type of the
/// contracts with its fields, read from the serializer itself; and what earlier versions said, from the repository.
/// </summary>
internal static class WireShape
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
    private static readonly string Folder = RepositoryFolder.Combine("tests", "SdFleet.Contracts.Tests", "Compatibility", "records");

    // Not said to anybody: configuration, how submissions are read, how the contract is printed. Their errors are said.
    private static readonly string[] NotOnTheWire =
        ["SdFleet.Contracts.Models", "SdFleet.Contracts.Publishing", "SdFleet.Contracts.Identity", "SdFleet.Contracts.Validation"];

    /// <summary>The one key that maps have in samples.</summary>
    public const string MapKey = "key";

    /// <summary>The types, by name.</summary>
    public static IReadOnlyDictionary<string, Type> Types { get; } = typeof(ContractsJson).Assembly.GetExportedTypes()
        .Where(t => !t.ContainsGenericParameters && (t == typeof(FieldError) || !NotOnTheWire.Contains(t.Namespace)) && (t.IsEnum || IsObject(t)))
        .ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>This version.</summary>
    public static SortedDictionary<string, WireType> Current()
    {
        var shape = new SortedDictionary<string, WireType>(StringComparer.Ordinal);
        foreach (var (name, type) in Types)
        {
            shape[name] = type.IsEnum
                ? new WireType { Fields = Sorted(Enum.GetValues(type).Cast<object>().Select(v => (Word(type, v), ""))), Required = [] }
                : new WireType
                {
                    Fields = Sorted(Properties(type).Select(p => (p.Name, NameOf(p.PropertyType)))),
                    Required = [.. Properties(type).Where(p => p.IsRequired).Select(p => p.Name).Order(StringComparer.Ordinal)],
                    Sample = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(SampleOf(type), type, ContractsJson.Options), type, ContractsJson.Options),
                };
        }

        return shape;
    }

    /// <summary>Numbers of the recorded versions.</summary>
    public static IReadOnlyList<int> Versions() =>
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(f => int.Parse(Path.GetFileNameWithoutExtension(f), CultureInfo.InvariantCulture)).Order()];

    public static SortedDictionary<string, WireType> Read(int version) =>
        JsonSerializer.Deserialize<SortedDictionary<string, WireType>>(File.ReadAllText(PathOf(version)), Json)!;

    public static void Write(int version, SortedDictionary<string, WireType> shape) => File.WriteAllText(PathOf(version), Text(shape));

    public static string Text(SortedDictionary<string, WireType> shape) => JsonSerializer.Serialize(shape, Json) + "\n";

    private static string PathOf(int version) => Path.Combine(Folder, version.ToString("0000", CultureInfo.InvariantCulture) + ".json");

    private static bool IsObject(Type type) =>
        type is { IsClass: true, IsAbstract: false } && !type.IsAssignableTo(typeof(Exception)) && !type.IsAssignableTo(typeof(Delegate))
        && ContractsJson.Options.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Object, Properties.Count: > 0 } info && info.Properties.Any(p => p.Set is not null || p.AssociatedParameter is not null);

    private static IEnumerable<JsonPropertyInfo> Properties(Type type) => ContractsJson.Options.GetTypeInfo(type).Properties.Where(p => p.Get is not null);

    private static SortedDictionary<string, string> Sorted(IEnumerable<(string Name, string Type)> fields) =>
        new(fields.ToDictionary(f => f.Name, f => f.Type), StringComparer.Ordinal);

    private static string NameOf(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? NameOf(inner) + "?"
        : KeyAndValue(type) is { } value ? $"{{{NameOf(value)}}}"
        : Element(type) is { } element ? $"[{NameOf(element)}]"
        : type.Name;

    private static Type? KeyAndValue(Type type) =>
        type.IsGenericType && type.GetGenericArguments() is [var key, var value] && key == typeof(string) && type.IsAssignableTo(typeof(IEnumerable)) ? value : null;

    private static Type? Element(Type type) =>
        type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)) ? (type.IsArray ? type.GetElementType() : type.GetGenericArguments() is [var element] ? element : null) : null;

    private static string Word(Type type, object value) => JsonSerializer.SerializeToNode(value, type, ContractsJson.Options)!.GetValue<string>();

    private static JsonNode? SampleOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
        {
            return Word(type, Enum.GetValues(type).GetValue(0)!);
        }

        if (KeyAndValue(type) is { } value)
        {
            return new JsonObject { [MapKey] = SampleOf(value) };
        }

        if (Element(type) is { } element)
        {
            return new JsonArray(SampleOf(element));
        }

        return type switch
        {
            _ when type == typeof(string) => "text",
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) || type == typeof(long) => 7,
            _ when type == typeof(double) || type == typeof(float) => 1.5,
            _ when type == typeof(Guid) => "0f8fad5b-d9cb-469f-a165-70867728950e",
            _ when type == typeof(DateTimeOffset) => "2026-01-31T12:00:00+00:00",
            _ when type == typeof(TimeSpan) => "00:00:07",
            _ when type == typeof(JsonElement) || type == typeof(object) => new JsonObject { ["any"] = 1 },
            _ when type.Assembly == typeof(ContractsJson).Assembly => new JsonObject(
                Properties(type).Where(p => p.Set is not null || p.AssociatedParameter is not null).Select(p => KeyValuePair.Create(p.Name, SampleOf(p.PropertyType)))),
            _ => throw new NotSupportedException($"No sample is known of {type}."),
        };
    }
}
