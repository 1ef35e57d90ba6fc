using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>An attempt to publish.</summary>
/// <param name="Message">The message for the model's work queue.</param>
/// <param name="Traceparent">W3C <c>traceparent</c> of the submission, or null.</param>
public sealed record ReleasedJob(GenerateImages Message, string? Traceparent);
