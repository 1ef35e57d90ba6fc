namespace SdFleet.JobStore;

/// <summary>A line of a batch and the job it becomes.</summary>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Job">The job.</param>
public sealed record BatchJob(long Line, NewJob Job);
