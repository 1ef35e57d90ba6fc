using System.Net.Mime;
using Microsoft.OpenApi;
using SdFleet.Api.Batches;
using SdFleet.Api.Inputs;
using SdFleet.Api.Jobs;
using SdFleet.Api.Problems;

namespace SdFleet.Api.OpenApi;

/// <summary>What endpoints say of themselves beyond what their handlers show.</summary>
internal static class EndpointDescriptions
{
    /// <summary>The ways in which an endpoint behind a key can fail: the given ones, and those that every such endpoint has.</summary>
    public static RouteHandlerBuilder WithProblems(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in (ReadOnlySpan<int>)[.. statuses, StatusCodes.Status401Unauthorized, StatusCodes.Status500InternalServerError])
        {
            endpoint.Produces<ProblemView>(status, Problem.ContentType);
        }

        return endpoint;
    }

    /// <summary>A submission is read field by field, not by a deserializer, so its rules and not its type say what it may hold.</summary>
    public static RouteHandlerBuilder WithSubmissionBody(this RouteHandlerBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer((operation, context, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [MediaTypeNames.Application.Json] = new() { Schema = new OpenApiSchemaReference(SubmitJobSchema.Name, context.Document) },
                },
            };
            return Task.CompletedTask;
        });

    /// <summary>A batch, too, is read field by field.</summary>
    public static RouteHandlerBuilder WithBatchBody(this RouteHandlerBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer((operation, context, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [MediaTypeNames.Application.Json] = new() { Schema = new OpenApiSchemaReference(SubmitBatchSchema.Name, context.Document) },
                },
            };
            return Task.CompletedTask;
        });

    public static RouteHandlerBuilder WithJsonLinesBody(this RouteHandlerBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [BatchPartBody.MediaType] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
                },
            };
            return Task.CompletedTask;
        });

    public static RouteHandlerBuilder WithPictureBody(this RouteHandlerBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new[] { PictureHeader.Png, PictureHeader.Jpeg, PictureHeader.WebP }.ToDictionary(
                    type => type, _ => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } }),
            };
            return Task.CompletedTask;
        });

    public static RouteHandlerBuilder WithIdempotencyKeyHeader(this RouteHandlerBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = IdempotencyKey.Header,
                In = ParameterLocation.Header,
                Description = $"Names the submission where the body has no id: the job's id follows from it and the tenant. {IdempotencyKey.Limit}.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.MaxLength, Pattern = "^[!-~]+$" },
            });
            return Task.CompletedTask;
        });
}
