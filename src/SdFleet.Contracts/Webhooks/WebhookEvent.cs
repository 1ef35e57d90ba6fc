namespace SdFleet.Contracts.Webhooks;

/// <summary>How a job or a batch can end.</summary>
public enum WebhookEvent
{
    /// <summary>Every picture of the job is there; every line of the batch is a job at its end, or a recorded problem.</summary>
    Completed,

    /// <summary>Given up, with a reason.</summary>
    Failed,

    /// <summary>Stopped by request.</summary>
    Cancelled,
}
