using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Webhooks;

/// <summary>Which end a state is.</summary>
public static class WebhookEvents
{
    /// <summary>The end that a job has come to; null for a state that is none, and for a rejection, which never was a job.</summary>
    public static WebhookEvent? Of(JobState state) => state switch
    {
        JobState.Completed => WebhookEvent.Completed,
        JobState.Failed => WebhookEvent.Failed,
        JobState.Cancelled => WebhookEvent.Cancelled,
        _ => null,
    };

    /// <summary>The end that a batch has come to; null for a state that is none.</summary>
    public static WebhookEvent? Of(BatchState state) => state switch
    {
        BatchState.Completed => WebhookEvent.Completed,
        BatchState.Failed => WebhookEvent.Failed,
        BatchState.Cancelled => WebhookEvent.Cancelled,
        _ => null,
    };
}
