using SdFleet.Contracts.Batches;

namespace SdFleet.JobStore;

/// <summary>A batch that has room for more of its jobs, and where its expansion goes on.</summary>
/// <param name="Batch">What was submitted, with the parts.</param>
/// <param name="NextPart">The part to read.</param>
/// <param name="NextOffset">The byte of it to begin at.</param>
/// <param name="LinesRead">Lines before that.</param>
/// <param name="Queued">Its jobs that wait in the store.</param>
/// <param name="Traceparent">W3C <c>traceparent</c> of its submission.</param>
public sealed record BatchSource(SubmitBatch Batch, int NextPart, long NextOffset, long LinesRead, long Queued, string? Traceparent);
