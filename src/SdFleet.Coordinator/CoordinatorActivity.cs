using System.Diagnostics;

namespace SdFleet.Coordinator;

/// <summary>The coordinator's spans.</summary>
internal static class CoordinatorActivity
{
    public static ActivitySource Source { get; } = new("SdFleet.Coordinator");
}
