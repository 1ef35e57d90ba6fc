using System.Reflection;

namespace SdFleet.Hosting.Configuration;

/// <summary>SdFleet's own version.</summary>
public static class FleetVersion
{
    /// <summary>E.g. <c>0.1.0</c>.</summary>
    public static string Current { get; } =
        typeof(FleetVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "unknown";
}
