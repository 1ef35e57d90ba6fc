using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SdFleet.Hosting.Health;

/// <summary>The health endpoints of every service.</summary>
public static class FleetHealthExtensions
{
    internal const string Path = "/health";

    /// <summary>
    /// <c>/health/live</c>: the process answers (checks tagged <c>live</c>). <c>/health/ready</c>: it can do its work (every
    /// check). Both answer 200 or 503 with each check's state and reason as JSON, and need no key: probes have none.
    /// </summary>
    public static void MapFleetHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks($"{Path}/live", Options(check => check.Tags.Contains("live"))).AllowAnonymous();
        endpoints.MapHealthChecks($"{Path}/ready", Options(_ => true)).AllowAnonymous();
    }

    /// <summary>A check of <c>/health/ready</c> that is well where what <paramref name="ping"/> finds answers.</summary>
    public static IHealthChecksBuilder AddPing(this IHealthChecksBuilder checks, string name, Func<IServiceProvider, Func<CancellationToken, Task>> ping)
    {
        ArgumentNullException.ThrowIfNull(checks);
        return checks.Add(new HealthCheckRegistration(name, s => new PingHealthCheck(ping(s)), failureStatus: null, tags: null));
    }

    private static HealthCheckOptions Options(Func<HealthCheckRegistration, bool> predicate) => new()
    {
        Predicate = predicate,
        ResponseWriter = WriteAsync,
    };

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(
                e => e.Key,
                e => new { status = e.Value.Status.ToString(), reason = e.Value.Description }),
        });
}
