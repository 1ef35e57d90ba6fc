using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using SdFleet.Hosting.Health;

namespace SdFleet.Hosting.Telemetry;

/// <summary>
/// Names a request's span by method and route (<c>POST /v1/jobs</c>), as OpenTelemetry's HTTP conventions ask; ASP.NET Core
/// itself gives every request the same name. Probes leave no spans, nor does what they ask of others: they come every few seconds to
/// every process, and say nothing that its health does not.
/// </summary>
internal sealed class RouteNamedSpans : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, inner) =>
        {
            if (context.Request.Path.StartsWithSegments(FleetHealthExtensions.Path, StringComparison.Ordinal))
            {
                LeaveOut(context);
            }

            try
            {
                await inner(context).ConfigureAwait(false);
            }
            finally
            {
                Name(context);
            }
        });
        next(app);
    };

    private static void LeaveOut(HttpContext context)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { } activity)
        {
            activity.IsAllDataRequested = false;
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }

    private static void Name(HttpContext context)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } activity)
        {
            return;
        }

        // The method of a request that fits no route is whatever somebody sent, and no name should be.
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        activity.DisplayName = route is null ? "HTTP" : $"{context.Request.Method} {route}";
        if (route is not null)
        {
            activity.SetTag("http.route", route);
        }

        activity.SetTag("http.response.status_code", context.Response.StatusCode);
    }
}
