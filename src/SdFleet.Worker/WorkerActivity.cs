using System.Diagnostics;

namespace SdFleet.Worker;

/// <summary>The worker's spans.</summary>
internal static class WorkerActivity
{
    public static ActivitySource Source { get; } = new("SdFleet.Worker");
}
