namespace SdFleet.Contracts.Webhooks;

/// <summary>What a delivery is about.</summary>
public enum WebhookSubject
{
    /// <summary>A job.</summary>
    Job,

    /// <summary>A batch.</summary>
    Batch,
}
