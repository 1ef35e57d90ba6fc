using System.Text.Json.Nodes;
using SdFleet.Contracts.Validation;

namespace SdFleet.Contracts.Publishing;

/// <summary>
/// The JSON Schema (draft 2020-12) of a submission as publishers on the broker send it, from <see cref="SubmitJobFields"/>. What only
/// the fleet knows is not in it: which models it has, and their sizes and limits.
/// </summary>
public static class SubmissionSchema
{
    /// <summary>Builds the document.</summary>
    public static JsonObject Create() => new()
    {
        ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
        ["title"] = "SubmitJob",
        ["description"] = $"A job: one recipe and how many pictures of it. At most {SubmissionReader.MaxBytes} bytes of UTF-8. " +
            "What is left out takes the model's default.",
        ["type"] = "object",
        ["required"] = new JsonArray("id", "prompt"),
        ["additionalProperties"] = false,
        ["properties"] = Properties(SubmitJobFields.All),
    };

    private static JsonObject Properties(IEnumerable<FieldRule> fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)Of(field))));

    private static JsonObject Of(FieldRule field) => field.Kind switch
    {
        FieldKind.Object => Object(field, ("description", field.Description)),
        FieldKind.Objects => new JsonObject
        {
            ["description"] = field.Description,
            ["type"] = "array",
            ["minItems"] = 1,
            ["maxItems"] = field.MaxItems,
            ["items"] = Object(field),
        },
        FieldKind.Words => new JsonObject
        {
            ["description"] = field.Description,
            ["type"] = "array",
            ["minItems"] = 1,
            ["uniqueItems"] = true,
            ["items"] = new JsonObject { ["type"] = "string", ["enum"] = Words(field.Words) },
        },
        _ => OfValue(field),
    };

    private static JsonObject Object(FieldRule field, params (string Name, string Text)[] texts)
    {
        var schema = new JsonObject(texts.Select(text => KeyValuePair.Create(text.Name, (JsonNode?)text.Text)));
        schema["type"] = "object";
        schema["required"] = Words(field.Fields.Where(f => f.IsRequired).Select(f => f.Name));
        schema["additionalProperties"] = false;
        schema["properties"] = Properties(field.Fields);
        return schema;
    }

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => (JsonNode)word)]);

    private static JsonObject OfValue(FieldRule field)
    {
        var schema = new JsonObject
        {
            ["description"] = field.Description,
            ["type"] = field.Kind switch
            {
                FieldKind.WholeNumber => "integer",
                FieldKind.Number => "number",
                FieldKind.Truth => "boolean",
                _ => "string",
            },
        };
        Add("format", field.Kind == FieldKind.Uuid ? "uuid" : field.Kind == FieldKind.DateTime ? "date-time" : field.Kind == FieldKind.Url ? "uri" : null);
        Add("minimum", Number(field.Min));
        Add("maximum", Number(field.Max));
        Add("multipleOf", field.MultipleOf > 1 ? field.MultipleOf : null);
        Add("minLength", field.MinLength > 0 ? field.MinLength : null);
        Add("maxLength", field.MaxLength < int.MaxValue ? field.MaxLength : null);
        Add("pattern", field.Pattern);
        Add("enum", field.Words.Count > 0 ? Words(field.Words) : null);
        return schema;

        void Add(string key, JsonNode? value)
        {
            if (value is not null)
            {
                schema[key] = value;
            }
        }
    }

    // As integers where they are: "9.007E+15" is no integer to most readers.
    private static JsonValue? Number(double value) =>
        !double.IsFinite(value) ? null : value == Math.Floor(value) ? JsonValue.Create((long)value) : JsonValue.Create(value);
}
