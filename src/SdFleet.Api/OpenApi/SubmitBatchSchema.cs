using System.Globalization;
using Microsoft.OpenApi;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Validation;

namespace SdFleet.Api.OpenApi;

/// <summary>The schema of a batch over HTTP, as <see cref="SubmitBatchReader"/> reads it.</summary>
internal static class SubmitBatchSchema
{
    public const string Name = nameof(SubmitBatch);

    /// <param name="defaults">The schema of a job, of which any field may stand here.</param>
    public static OpenApiSchema Create(OpenApiSchema defaults) => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Closes the upload of a batch.",
        Required = new HashSet<string> { "id", "parts" },
        AdditionalPropertiesAllowed = false,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["id"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid", Description = "The batch's id, under which its parts were uploaded." },
            ["name"] = Text("For people. Default: the id.", 1, SubmitBatchLimits.MaxNameLength),
            ["description"] = Text("For people.", 0, SubmitBatchLimits.MaxDescriptionLength),
            ["parts"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = "The uploaded parts, in order.",
                MinItems = 1,
                MaxItems = SubmitBatchLimits.MaxParts,
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "lines", "bytes", "sha256" },
                    AdditionalPropertiesAllowed = false,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["lines"] = Whole("Its lines, no more than it has bytes.", 1, SubmitBatchLimits.MaxPartBytes),
                        ["bytes"] = Whole("Its length.", 1, SubmitBatchLimits.MaxPartBytes),
                        ["sha256"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[0-9a-f]{64}$", Description = "SHA-256 of its bytes." },
                    },
                },
            },
            ["defaults"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "What a line that leaves a field out takes instead of the model's default.",
                AdditionalPropertiesAllowed = false,
                Properties = defaults.Properties?.Where(p => p.Key is not ("id" or "webhook")).ToDictionary(),
            },
            ["maxBadLines"] = Whole("Most bad lines before the whole batch is given up. Default: any number.", 0),
            ["webhook"] = ObjectSchema.Of(WebhookFields.OfBatch),
        },
    };

    private static OpenApiSchema Text(string description, int min, int max) => new()
    {
        Type = JsonSchemaType.String, Description = description, MinLength = min > 0 ? min : null, MaxLength = max,
    };

    private static OpenApiSchema Whole(string description, int min, int? max = null) => new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int64",
        Description = description,
        Minimum = min.ToString(CultureInfo.InvariantCulture),
        Maximum = max?.ToString(CultureInfo.InvariantCulture),
    };
}
