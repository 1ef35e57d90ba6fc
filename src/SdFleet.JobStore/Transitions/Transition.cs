namespace SdFleet.JobStore.Transitions;

/// <summary>What an event does to a job.</summary>
/// <param name="Result">What it does.</param>
/// <param name="Row">The job afterwards; the same object where nothing changes.</param>
/// <param name="Reason">Why it is refused.</param>
internal readonly record struct Transition(EventResult Result, JobRow Row, string? Reason = null);
