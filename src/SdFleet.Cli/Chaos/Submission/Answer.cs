namespace SdFleet.Cli.Chaos.Submission;

/// <summary>What the fleet said to a submission, or to the wish to cancel.</summary>
internal enum Answer
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>Yes: the broker has confirmed it, the API has answered 202; a job is cancelled.</summary>
    Yes,

    /// <summary>No: 400 or 409.</summary>
    No,
}
