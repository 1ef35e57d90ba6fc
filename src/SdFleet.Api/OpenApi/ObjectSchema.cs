using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using SdFleet.Contracts.Validation;

namespace SdFleet.Api.OpenApi;

/// <summary>The schema of a field that is an object, from its rule: the webhook of a job or a batch, and settings.</summary>
internal static class ObjectSchema
{
    public static OpenApiSchema Of(FieldRule field) => new()
    {
        Type = JsonSchemaType.Object,
        Description = field.Description,
        Required = field.Fields.Any(f => f.IsRequired) ? field.Fields.Where(f => f.IsRequired).Select(f => f.Name).ToHashSet(StringComparer.Ordinal) : null,
        AdditionalPropertiesAllowed = false,
        Properties = field.Fields.ToDictionary(f => f.Name, Member, StringComparer.Ordinal),
    };

    private static IOpenApiSchema Member(FieldRule field) => field.Kind switch
    {
        FieldKind.Words => new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Description = field.Description,
            MinItems = 1,
            UniqueItems = true,
            Items = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. field.Words.Select(word => (JsonNode)JsonValue.Create(word))] },
        },
        FieldKind.Url => new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Format = "uri",
            Description = field.Description,
            MinLength = field.MinLength,
            MaxLength = field.MaxLength,
            Pattern = field.Pattern,
        },
        _ => SubmitJobSchema.OfValue(field),
    };
}
