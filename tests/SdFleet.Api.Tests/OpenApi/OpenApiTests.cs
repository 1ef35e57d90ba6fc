using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts.Validation;

namespace SdFleet.Api.Tests.OpenApi;

public sealed partial class OpenApiTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiServer _api = shared.Api;

    [Fact]
    public async Task Document_Operations_AreTheMappedEndpoints()
    {
        var document = await DocumentAsync();

        var described = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}"));
        var mapped = _api.Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Select(endpoint => (Endpoint: endpoint, Path: Constraint().Replace("/" + endpoint.RoutePattern.RawText!.TrimStart('/'), "{$1}")))
            .Where(e => !e.Path.StartsWith("/health/", StringComparison.Ordinal) && !e.Path.StartsWith("/openapi/", StringComparison.Ordinal))
            .SelectMany(e => e.Endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => $"{method} {e.Path}"));
        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.Contains("POST /v1/jobs", described);
    }

    [Fact]
    public async Task Document_SubmissionSchema_IsTheRulesItIsReadBy()
    {
        var document = await DocumentAsync();
        var body = document["paths"]!["/v1/jobs"]!["post"]!["requestBody"]!;
        Assert.Equal("#/components/schemas/SubmitJob", body["content"]!["application/json"]!["schema"]!["$ref"]!.GetValue<string>());
        var schema = document["components"]!["schemas"]!["SubmitJob"]!;
        var properties = schema["properties"]!.AsObject();

        var fields = SubmitJobFields.All.Where(f => !SubmitJobFields.BrokerOnly.Contains(f.Name)).ToList();
        Assert.Equal(fields.Select(f => f.Name), properties.Select(p => p.Key));
        Assert.False(schema["additionalProperties"]!.GetValue<bool>());
        Assert.Equal(["prompt"], schema["required"]!.AsArray().Select(r => r!.GetValue<string>()));
        foreach (var field in fields)
        {
            var property = properties[field.Name]!;
            Assert.Equal(field.Description, property["description"]!.GetValue<string>());
            Assert.Equal(field.Words, property["enum"]?.AsArray().Select(w => w!.GetValue<string>()) ?? []);
            Assert.Equal(Finite(field.Min), Number(property["minimum"]));
            Assert.Equal(Finite(field.Max), Number(property["maximum"]));
            Assert.Equal(field.MultipleOf, Number(property["multipleOf"]) ?? 1);
            Assert.Equal(field.MinLength, Number(property["minLength"]) ?? 0);
            Assert.Equal(field.MaxLength, Number(property["maxLength"]) ?? int.MaxValue);
            Assert.Equal(TypeOf(field.Kind), property["type"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Document_Webhook_IsTheRulesItIsReadByAndNoPartOfALine()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;
        foreach (var schema in new[] { "SubmitJob", "SubmitBatch" })
        {
            var webhook = schemas[schema]!["properties"]!["webhook"]!;
            Assert.Equal(["url"], webhook["required"]!.AsArray().Select(r => r!.GetValue<string>()));
            Assert.False(webhook["additionalProperties"]!.GetValue<bool>());
            Assert.Equal((double)WebhookFields.MaxUrlLength, Number(webhook["properties"]!["url"]!["maxLength"]));
            Assert.Equal(WebhookFields.Events.Words, webhook["properties"]!["events"]!["items"]!["enum"]!.AsArray().Select(w => w!.GetValue<string>()));
        }

        Assert.Null(schemas["SubmitBatch"]!["properties"]!["defaults"]!["properties"]!["webhook"]);
    }

    [Fact]
    public async Task Document_SubmitOperation_NamesEveryStatus()
    {
        var operation = (await DocumentAsync())["paths"]!["/v1/jobs"]!["post"]!;

        Assert.Equal(["202", "400", "401", "409", "413", "415", "500", "503"], operation["responses"]!.AsObject().Select(r => r.Key).Order(StringComparer.Ordinal));
        Assert.NotNull(operation["responses"]!["400"]!["content"]!["application/problem+json"]);
        Assert.Contains(operation["parameters"]!.AsArray(), p => p!["name"]!.GetValue<string>() == "Idempotency-Key" && p["in"]!.GetValue<string>() == "header");
    }

    [Fact]
    public async Task Document_Answers_AreDescribedAsTheyAreWritten()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;

        Assert.Equal(["field", "limit"], schemas["FieldError"]!["required"]!.AsArray().Select(r => r!.GetValue<string>()));
        Assert.Equal("integer", schemas["JobView"]!["properties"]!["imageCount"]!["type"]!.GetValue<string>());
        Assert.Equal(["interactive", "normal", "bulk"], schemas["Lane"]!["enum"]!.AsArray().Select(w => w?.GetValue<string>()));
    }

    [Fact]
    public async Task Document_OperationIds_AreUnique()
    {
        var ids = (await DocumentAsync())["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject())
            .Select(operation => operation.Value!["operationId"]!.GetValue<string>())
            .ToList();

        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public async Task Document_References_Resolve()
    {
        var document = await DocumentAsync();

        foreach (var reference in References(document).Distinct())
        {
            JsonNode? target = document;
            foreach (var part in reference.TrimStart('#', '/').Split('/'))
            {
                target = target?[part];
            }

            Assert.True(target is not null, $"{reference} leads nowhere.");
        }
    }

    private async Task<JsonObject> DocumentAsync() => (await _api.Client.GetFromJsonAsync<JsonObject>("/openapi/v1.json"))!;

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" ? [p.Value!.GetValue<string>()] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static double? Number(JsonNode? node) => node is null ? null : double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static string TypeOf(FieldKind kind) => kind switch
    {
        FieldKind.WholeNumber => "integer",
        FieldKind.Number => "number",
        FieldKind.Truth => "boolean",
        FieldKind.Object => "object",
        FieldKind.Objects => "array",
        _ => "string",
    };

    [GeneratedRegex(@"\{(\w+)[^}]*\}")]
    private static partial Regex Constraint();
}
