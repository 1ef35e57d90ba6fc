using System.Diagnostics;

namespace SdFleet.Hosting.Telemetry;

/// <summary>W3C trace context across the places that do not carry it by themselves: the job store and foreign messages.</summary>
public static class TraceContext
{
    /// <summary>The current activity as a <c>traceparent</c> value; null where nothing is traced.</summary>
    public static string? Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;

    /// <summary>The value where it is a <c>traceparent</c>, else null.</summary>
    public static string? Valid(string? traceparent) => ActivityContext.TryParse(traceparent, null, isRemote: true, out _) ? traceparent : null;

    /// <summary>
    /// Starts an activity of <paramref name="source"/> as a child of a stored <c>traceparent</c>, whatever is current here.
    /// </summary>
    /// <returns>The activity, or null where nobody listens.</returns>
    public static Activity? Continue(ActivitySource source, string name, ActivityKind kind, string? traceparent)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (traceparent is null || !ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent))
        {
            return source.StartActivity(name, kind);
        }

        return source.StartActivity(name, kind, parent);
    }
}
