namespace SdFleet.Contracts.Jobs;

/// <summary>Facts about job states.</summary>
public static class JobStates
{
    /// <summary>True for states that a job does not leave by itself.</summary>
    public static bool IsTerminal(this JobState state) =>
        state is JobState.Completed or JobState.Failed or JobState.Cancelled or JobState.Rejected;
}
