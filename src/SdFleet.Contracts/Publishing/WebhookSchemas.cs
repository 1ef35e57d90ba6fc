using System.Text.Json.Nodes;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Publishing;

/// <summary>
/// What a fleet posts to webhooks, as JSON Schema (draft 2020-12), by hand: it is a promise, which a renamed property must break
/// in a test and not at a receiver. Fields may be added within a version.
/// </summary>
internal static class WebhookSchemas
{
    /// <summary>The body about a job.</summary>
    public static JsonObject Job() => Message(WebhookSubject.Job, new JsonObject
    {
        ["id"] = Id("The job's id; GET /v1/jobs/ID has the rest."),
        ["tenant"] = Text("Whose it is."),
        ["state"] = State(),
        ["imageCount"] = Whole("How many pictures it asked for."),
        ["images"] = new JsonObject
        {
            ["type"] = "array",
            ["description"] = "Its pictures, in order; none unless it is completed.",
            ["items"] = Object(new JsonObject
            {
                ["index"] = Whole("Its place, from 0; GET /v1/jobs/ID/images/INDEX has the file."),
                ["artifact"] = Text("Its name in the artifact store."),
                ["sha256"] = Text("SHA-256 of the file, lower-case hex."),
                ["bytes"] = Whole("Length of the file."),
                ["seed"] = Whole("Its seed."),
            }),
        },
        ["attempts"] = Whole("Attempts that it took."),
        ["error"] = Text("Why it was given up; absent unless it failed."),
        ["submittedAt"] = Time("When it was submitted."),
        ["finishedAt"] = Time("When it came to its end."),
    });

    /// <summary>The body about a batch.</summary>
    public static JsonObject Batch() => Message(WebhookSubject.Batch, new JsonObject
    {
        ["id"] = Id("The batch's id; GET /v1/batches/ID has the rest, and /manifest its pictures."),
        ["name"] = Text("Its name."),
        ["tenant"] = Text("Whose it is."),
        ["state"] = State(),
        ["lines"] = Whole("Its lines."),
        ["badLines"] = Whole("Lines that were no job."),
        ["completedJobs"] = Whole("Jobs that are completed."),
        ["failedJobs"] = Whole("Jobs that failed."),
        ["cancelledJobs"] = Whole("Jobs that were cancelled."),
        ["imagesDone"] = Whole("Pictures that are finished."),
        ["error"] = Text("Why it was given up; absent unless it failed."),
        ["submittedAt"] = Time("When it was submitted."),
        ["finishedAt"] = Time("When it came to its end."),
    });

    /// <summary>The headers of both.</summary>
    public static JsonObject Headers() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray(WebhookHeaders.Id, WebhookHeaders.Timestamp, WebhookHeaders.Signature),
        ["properties"] = new JsonObject
        {
            [WebhookHeaders.Id] = Id("The same each time that it is sent: what was seen before is a repetition."),
            [WebhookHeaders.Timestamp] = new JsonObject
            {
                ["type"] = "string", ["pattern"] = "^[0-9]+$", ["description"] = "When it was sent this time: seconds since 1970. Refuse what is older than five minutes.",
            },
            [WebhookHeaders.Signature] = new JsonObject
            {
                ["type"] = "string",
                ["pattern"] = "^v1,[A-Za-z0-9+/]+=*( v1,[A-Za-z0-9+/]+=*)*$",
                ["description"] = "For each secret of the tenant \"v1,\" and the base64 of HMAC-SHA256 over id, timestamp and body with a '.' between them. One match is enough.",
            },
        },
    };

    private static JsonObject Message(WebhookSubject subject, JsonObject data) => Object(new JsonObject
    {
        ["type"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetValues<WebhookEvent>().Select(end => (JsonNode)WebhookType.Of(subject, end))]) },
        ["version"] = new JsonObject { ["type"] = "integer", ["const"] = WebhookType.Version, ["description"] = "Of this shape. Fields may be added within a version." },
        ["timestamp"] = Time("When it happened."),
        ["data"] = Object(data),
    });

    private static JsonObject Object(JsonObject properties) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray([.. properties.Select(p => p.Key).Where(name => name != "error").Select(name => (JsonNode)name)]),
        ["properties"] = properties,
    };

    private static JsonObject State() => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray("completed", "failed", "cancelled"),
        ["description"] = "Its end.",
    };

    private static JsonObject Id(string description) => new() { ["type"] = "string", ["format"] = "uuid", ["description"] = description };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonObject Whole(string description) => new() { ["type"] = "integer", ["minimum"] = 0, ["description"] = description };

    private static JsonObject Time(string description) => new() { ["type"] = "string", ["format"] = "date-time", ["description"] = description };
}
