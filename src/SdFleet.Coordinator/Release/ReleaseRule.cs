using SdFleet.Contracts.Jobs;

namespace SdFleet.Coordinator.Release;

/// <summary>
/// How much of the backlog goes to the broker, and from which lane first: the rule alone, without store, broker and clock, so that
/// what the coordinator does is what <c>sdfleet simulate</c> tries out.
/// </summary>
public static class ReleaseRule
{
    /// <summary>The lanes in the order in which they take what is free of a window.</summary>
    public static IReadOnlyList<Lane> Lanes { get; } = [Lane.Interactive, Lane.Normal, Lane.Bulk];

    /// <summary>Whether a job in this state takes a place of its model's window.</summary>
    public static bool IsInFlight(JobState state) => state is JobState.Released or JobState.Running;

    /// <summary>Places that are free in a model's window; zero or less where it is full.</summary>
    /// <param name="options">How large windows are.</param>
    /// <param name="workers">Workers of the model that are alive.</param>
    /// <param name="inFlight">Jobs of the model that are released or running.</param>
    public static long Free(ReleaseOptions options, int workers, long inFlight)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Math.Max(options.MinWindow, (long)workers * options.WindowPerWorker) - inFlight;
    }
}
