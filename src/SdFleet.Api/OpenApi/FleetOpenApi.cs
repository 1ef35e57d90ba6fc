using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Api.OpenApi;

/// <summary>The OpenAPI document: from the endpoints as they are mapped, and from the rules that submissions are read by.</summary>
internal static class FleetOpenApi
{
    private const string DocumentName = "v1";
    private const string BearerScheme = "bearer";
    private const string HeaderScheme = "apiKey";

    public static void AddFleetOpenApi(this IServiceCollection services) =>
        services.AddOpenApi(DocumentName, options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                Describe(document);
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer((schema, _, _) =>
            {
                // What is null is left out (ContractsJson), so what may be null is not required.
                schema.Required?.ExceptWith(
                    schema.Properties?.Where(p => p.Value.Type?.HasFlag(JsonSchemaType.Null) == true).Select(p => p.Key).ToList() ?? []);
                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, context, _) =>
            {
                if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any())
                {
                    operation.Security = [];
                }

                return Task.CompletedTask;
            });
        });

    public static void MapFleetOpenApi(this IEndpointRouteBuilder endpoints) => endpoints.MapOpenApi(ApiRoutes.OpenApiPattern);

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "SdFleet",
            Version = FleetVersion.Current,
            Description = "Submit jobs, follow them, and fetch their pictures. Errors are problem details (RFC 9457).",
        };
        var components = document.Components ??= new OpenApiComponents();
        components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        var job = SubmitJobSchema.Create();
        components.Schemas[SubmitJobSchema.Name] = job;
        components.Schemas[SubmitBatchSchema.Name] = SubmitBatchSchema.Create(job);

        components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        components.SecuritySchemes[BearerScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, where the server has any configured.",
        };
        components.SecuritySchemes[HeaderScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key", Description = "The same key in a header of its own.",
        };
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(HeaderScheme, document)] = [] },
        ];
    }
}
