namespace SdFleet.Contracts.Validation;

/// <summary>Where a submission comes in.</summary>
public enum SubmissionDoor
{
    /// <summary>The HTTP API: the tenant follows from the key.</summary>
    Http,

    /// <summary>The broker: the message names its tenant.</summary>
    Broker,
}
