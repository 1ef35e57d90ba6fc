namespace SdFleet.Coordinator.Batching;

/// <summary>
/// A pause after something that costs much however little it does, such as a transaction, in which more gathers for the next time. It
/// grows with what was done: under load the next time does much at once, and a small fleet's few jobs are not held up.
/// </summary>
internal static class GatheringPause
{
    /// <summary>The pause after a time that did <paramref name="items"/>: half a millisecond each, at least 5 ms and at most 25.</summary>
    public static TimeSpan After(int items) => TimeSpan.FromMilliseconds(Math.Clamp(items * 0.5, 5, 25));
}
