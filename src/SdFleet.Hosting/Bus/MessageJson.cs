using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SdFleet.Contracts;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// How messages between the services are read: as everything of the contracts, and with nothing null that they say is there. Such a message
/// is no message of theirs. A consumer that was given it would fail at it each time that it comes, and it would come for ever.
/// </summary>
public static class MessageJson
{
    /// <summary>The shared, read-only options.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Reads so with somebody else's options (MassTransit); types that are not of the contracts are read as before.</summary>
    public static void RefuseNulls(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(CheckWhatIsRead);
    }

    private static void CheckWhatIsRead(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.Type.Assembly != typeof(ContractsJson).Assembly)
        {
            return;
        }

        List<JsonPropertyInfo> read = [.. type.Properties.Where(p => p is { Get: not null, Set: not null, PropertyType.IsValueType: false })];
        if (read.Count > 0)
        {
            type.OnDeserialized += value => read.ForEach(property => Check(type.Type, property, property.Get!(value)));
        }
    }

    // No list of the contracts has elements that may be null.
    private static void Check(Type type, JsonPropertyInfo property, object? value)
    {
        if (value is null ? !property.IsGetNullable : value is IEnumerable elements and not string && elements.Cast<object?>().Contains(null))
        {
            throw new JsonException($"{property.Name} of a {type.Name} is null, or has an element that is.");
        }
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(ContractsJson.Options);
        RefuseNulls(options);
        options.MakeReadOnly();
        return options;
    }
}
