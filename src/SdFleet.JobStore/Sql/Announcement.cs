using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Webhooks;
using SdFleet.JobStore.Transitions;

namespace SdFleet.JobStore.Sql;

/// <summary>A new row of <c>webhooks</c>. Property names in snake_case are the columns.</summary>
internal sealed record Announcement
{
    public required Guid Id { get; init; }

    public required string Tenant { get; init; }

    public required WebhookSubject Subject { get; init; }

    public required Guid SubjectId { get; init; }

    public required WebhookEvent Event { get; init; }

    public required string Url { get; init; }

    /// <summary>Host and port of the URL.</summary>
    public required string Receiver { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A batch's jobs by state at its end, a list of <see cref="BatchCount"/> as JSON; null for a job.</summary>
    public string? Counts { get; init; }

    /// <summary>What is to be told of a job that has changed; null where it has come to no end that somebody asked for.</summary>
    public static Announcement? Of(JobRow job, DateTimeOffset now) =>
        Of(WebhookSubject.Job, job.Id, job.Tenant, job.Webhook, WebhookEvents.Of(job.State), now);

    /// <summary>What is to be told of a batch that has come to its end; null where nobody asked for it.</summary>
    public static Announcement? Of(Guid batch, string tenant, Webhook? webhook, BatchState state, DateTimeOffset now) =>
        Of(WebhookSubject.Batch, batch, tenant, webhook, WebhookEvents.Of(state), now);

    private static Announcement? Of(WebhookSubject subject, Guid id, string tenant, Webhook? webhook, WebhookEvent? end, DateTimeOffset now) =>
        webhook is not null && end is { } reached && webhook.Wants(reached)
            ? new Announcement
            {
                Id = DerivedId.ForWebhook(subject, id),
                Tenant = tenant,
                Subject = subject,
                SubjectId = id,
                Event = reached,
                Url = webhook.Url,
                Receiver = ReceiverOf(webhook.Url),
                CreatedAt = now,
            }
            : null;

    // A URL that nobody can read must not keep a job from its end: it fails where it is sent.
    private static string ReceiverOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) ? string.Create(null, $"{uri.Host}:{uri.Port}") : url;
}
