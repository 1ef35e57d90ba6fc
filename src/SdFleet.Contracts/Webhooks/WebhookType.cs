namespace SdFleet.Contracts.Webhooks;

/// <summary>Names of what webhooks tell: <c>job.completed</c>, <c>batch.cancelled</c>.</summary>
public static class WebhookType
{
    /// <summary>Version of the bodies.</summary>
    public const int Version = 1;

    /// <summary>The name of an end.</summary>
    public static string Of(WebhookSubject subject, WebhookEvent end) => $"{Name(subject)}.{Name(end)}";

    private static string Name(WebhookSubject subject) => subject switch
    {
        WebhookSubject.Job => "job",
        WebhookSubject.Batch => "batch",
        _ => throw new ArgumentOutOfRangeException(nameof(subject), subject, "Unknown subject."),
    };

    private static string Name(WebhookEvent end) => end switch
    {
        WebhookEvent.Completed => "completed",
        WebhookEvent.Failed => "failed",
        WebhookEvent.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "Unknown end."),
    };
}
