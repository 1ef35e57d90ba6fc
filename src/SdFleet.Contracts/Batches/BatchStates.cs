namespace SdFleet.Contracts.Batches;

/// <summary>Facts about batch states.</summary>
public static class BatchStates
{
    /// <summary>True for states that a batch never leaves.</summary>
    public static bool IsTerminal(this BatchState state) =>
        state is BatchState.Completed or BatchState.Failed or BatchState.Cancelled;
}
