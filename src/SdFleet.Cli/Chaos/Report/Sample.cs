namespace SdFleet.Cli.Chaos.Report;

/// <summary>Where the run stood at one moment.</summary>
/// <param name="At">Seconds since the beginning of the run.</param>
/// <param name="Submitted">Jobs whose submission was answered.</param>
/// <param name="Finished">Jobs that had come to an end.</param>
/// <param name="InQueues">Messages in the work queues, those in workers' hands included; null where the broker did not say.</param>
internal sealed record Sample(double At, int Submitted, int Finished, long? InQueues);
