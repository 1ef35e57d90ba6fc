using System.Text.Json.Nodes;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Validation;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Publishing;

/// <summary>The AsyncAPI 3.0 document of what integrators see of the broker: where they publish, and where they find what broke the contract.</summary>
public static class AsyncApiDocument
{
    private const string Draft = "application/schema+json;version=draft-2020-12";

    /// <summary>Builds the document.</summary>
    public static JsonObject Create() => new()
    {
        ["asyncapi"] = "3.0.0",
        ["info"] = new JsonObject
        {
            ["title"] = "SdFleet",
            ["version"] = "1",
            ["description"] = "Publish a submission, persistent and with confirms; the same id twice is one job. Ask for it by its id over HTTP. " +
                $"What breaks the contract goes to the queue {Topology.RejectedQueue} with every reason.",
        },
        ["defaultContentType"] = "application/json",
        ["channels"] = new JsonObject
        {
            ["submissions"] = new JsonObject
            {
                ["address"] = Topology.SubmitExchange,
                ["description"] = "A durable fanout exchange, declared by the coordinator; the routing key is not looked at.",
                ["messages"] = new JsonObject { ["submitJob"] = Reference("messages", "submitJob") },
                ["bindings"] = new JsonObject
                {
                    ["amqp"] = new JsonObject
                    {
                        ["is"] = "routingKey",
                        ["exchange"] = new JsonObject { ["name"] = Topology.SubmitExchange, ["type"] = "fanout", ["durable"] = true, ["autoDelete"] = false },
                    },
                },
            },
            ["rejections"] = new JsonObject
            {
                ["address"] = Topology.RejectedQueue,
                ["description"] = "A durable queue for operators: sdfleet rejected count, list, replay.",
                ["messages"] = new JsonObject { ["submissionRejected"] = Reference("messages", "submissionRejected") },
                ["bindings"] = new JsonObject
                {
                    ["amqp"] = new JsonObject
                    {
                        ["is"] = "queue",
                        ["queue"] = new JsonObject { ["name"] = Topology.RejectedQueue, ["durable"] = true, ["exclusive"] = false, ["autoDelete"] = false },
                    },
                },
            },
            ["webhooks"] = new JsonObject
            {
                ["address"] = null,
                ["description"] = "The URL of a submission's webhook, which the fleet posts to over HTTP, signed as Standard Webhooks says. Answer 2xx once it is kept; " +
                    "410 asks for no more; anything else, and silence, is tried again. What comes twice has the same webhook-id.",
                ["messages"] = new JsonObject { ["jobEnded"] = Reference("messages", "jobEnded"), ["batchEnded"] = Reference("messages", "batchEnded") },
            },
        },
        ["operations"] = new JsonObject
        {
            ["submit"] = new JsonObject
            {
                ["action"] = "receive",
                ["channel"] = new JsonObject { ["$ref"] = "#/channels/submissions" },
                ["summary"] = "The fleet takes a job.",
            },
            ["reject"] = new JsonObject
            {
                ["action"] = "send",
                ["channel"] = new JsonObject { ["$ref"] = "#/channels/rejections" },
                ["summary"] = "The fleet refuses a submission and says why.",
            },
            ["tell"] = new JsonObject
            {
                ["action"] = "send",
                ["channel"] = new JsonObject { ["$ref"] = "#/channels/webhooks" },
                ["summary"] = "The fleet tells of the end of a job or a batch that asked for it.",
            },
        },
        ["components"] = new JsonObject
        {
            ["messages"] = new JsonObject
            {
                ["submitJob"] = new JsonObject
                {
                    ["title"] = "SubmitJob",
                    ["contentType"] = "application/json",
                    ["headers"] = Headers(),
                    ["payload"] = new JsonObject { ["schemaFormat"] = Draft, ["schema"] = SubmissionSchema.Create() },
                    ["bindings"] = new JsonObject { ["amqp"] = new JsonObject { ["contentEncoding"] = "utf-8" } },
                    ["examples"] = new JsonArray(new JsonObject
                    {
                        ["payload"] = new JsonObject
                        {
                            ["id"] = "0f8fad5b-d9cb-469f-a165-70867728950e",
                            ["tenant"] = RecipeResolver.DefaultTenant,
                            ["prompt"] = "a small white star on a blue background",
                            ["images"] = 2,
                            ["seed"] = 42,
                        },
                    }),
                },
                ["submissionRejected"] = new JsonObject
                {
                    ["title"] = nameof(SubmissionRejected),
                    ["contentType"] = "application/json",
                    ["payload"] = new JsonObject { ["schemaFormat"] = Draft, ["schema"] = Rejection() },
                },
                ["jobEnded"] = Webhook(nameof(WebhookJob), WebhookSchemas.Job()),
                ["batchEnded"] = Webhook(nameof(WebhookBatch), WebhookSchemas.Batch()),
            },
        },
    };

    private static JsonObject Headers() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["traceparent"] = new JsonObject
            {
                ["type"] = "string",
                ["pattern"] = "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
                ["description"] = "W3C trace context: the job's spans continue this trace.",
            },
            ["tracestate"] = new JsonObject { ["type"] = "string", ["description"] = "W3C trace context." },
        },
    };

    private static JsonObject Webhook(string title, JsonObject schema) => new()
    {
        ["title"] = title,
        ["contentType"] = "application/json",
        ["headers"] = WebhookSchemas.Headers(),
        ["payload"] = new JsonObject { ["schemaFormat"] = Draft, ["schema"] = schema },
    };

    private static JsonObject Rejection() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("errors", "body", "at"),
        ["properties"] = new JsonObject
        {
            ["jobId"] = new JsonObject { ["type"] = "string", ["format"] = "uuid", ["description"] = "The job's id, where one could be read." },
            ["batchId"] = new JsonObject { ["type"] = "string", ["format"] = "uuid", ["description"] = "The batch's id, where a whole batch was rejected." },
            ["tenant"] = new JsonObject { ["type"] = "string", ["description"] = "The tenant it named, where one could be read." },
            ["errors"] = new JsonObject
            {
                ["type"] = "array",
                ["minItems"] = 1,
                ["items"] = new JsonObject
                {
                    ["type"] = "object",
                    ["required"] = new JsonArray("field", "limit"),
                    ["properties"] = new JsonObject
                    {
                        ["field"] = new JsonObject { ["type"] = "string", ["description"] = $"The field, or \"{SubmissionReader.Body}\" for the whole." },
                        ["value"] = new JsonObject { ["type"] = "string", ["description"] = "What was given, as JSON text, shortened." },
                        ["limit"] = new JsonObject { ["type"] = "string", ["description"] = "What is allowed." },
                    },
                },
            },
            ["body"] = new JsonObject { ["type"] = "string", ["description"] = "The message as it came, shortened where it is very long." },
            ["at"] = new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        },
    };

    private static JsonObject Reference(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };
}
