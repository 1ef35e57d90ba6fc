using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.Api.OpenApi;

/// <summary>The schema of a submission over HTTP, from <see cref="SubmitJobFields"/>.</summary>
internal static class SubmitJobSchema
{
    public const string Name = nameof(SubmitJob);

    public static OpenApiSchema Create() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "A job: one recipe and how many pictures of it. What is left out takes the model's default.",
        Required = new HashSet<string> { "prompt" },
        AdditionalPropertiesAllowed = false,
        Properties = SubmitJobFields.All
            .Where(field => !SubmitJobFields.BrokerOnly.Contains(field.Name))
            .ToDictionary(field => field.Name, Of),
    };

    private static IOpenApiSchema Of(FieldRule field) => field.Kind switch
    {
        FieldKind.Object => ObjectSchema.Of(field),
        FieldKind.Objects => new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Description = field.Description,
            MinItems = 1,
            MaxItems = field.MaxItems,
            Items = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Required = field.Fields.Where(f => f.IsRequired).Select(f => f.Name).ToHashSet(StringComparer.Ordinal),
                AdditionalPropertiesAllowed = false,
                Properties = field.Fields.ToDictionary(f => f.Name, Of, StringComparer.Ordinal),
            },
        },
        _ => OfValue(field),
    };

    /// <summary>The schema of a field that is one value.</summary>
    public static OpenApiSchema OfValue(FieldRule field) => new()
    {
        Description = field.Description,
        Type = field.Kind switch
        {
            FieldKind.WholeNumber => JsonSchemaType.Integer,
            FieldKind.Number => JsonSchemaType.Number,
            FieldKind.Truth => JsonSchemaType.Boolean,
            _ => JsonSchemaType.String,
        },
        Format = field.Kind switch
        {
            FieldKind.Uuid => "uuid",
            FieldKind.DateTime => "date-time",
            FieldKind.WholeNumber => field.Max > int.MaxValue ? "int64" : "int32",
            FieldKind.Number => "double",
            _ => null,
        },
        Minimum = double.IsFinite(field.Min) ? Text(field.Min) : null,
        Maximum = double.IsFinite(field.Max) ? Text(field.Max) : null,
        MultipleOf = field.MultipleOf > 1 ? field.MultipleOf : null,
        MinLength = field.MinLength > 0 ? field.MinLength : null,
        MaxLength = field.MaxLength < int.MaxValue ? field.MaxLength : null,
        Pattern = field.Pattern,
        Enum = field.Words.Count > 0 ? [.. field.Words.Select(word => (JsonNode)JsonValue.Create(word))] : null,
    };

    // Every digit: "9.007E+15" is no integer to most readers.
    private static string Text(double value) =>
        value == Math.Floor(value) ? ((long)value).ToString(CultureInfo.InvariantCulture) : value.ToString(CultureInfo.InvariantCulture);
}
