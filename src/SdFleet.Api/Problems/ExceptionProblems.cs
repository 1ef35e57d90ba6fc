using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Api.Problems;

/// <summary>Answers requests that ended in an exception, without showing it, and logs it with the trace id that the answer gives.</summary>
internal static class ExceptionProblems
{
    public static ExceptionHandlerOptions Options { get; } = new()
    {
        ExceptionHandler = WriteAsync,

        // Logged here, with the trace id.
        SuppressDiagnosticsCallback = _ => true,
    };

    private static Task WriteAsync(HttpContext context)
    {
        var exception = context.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error;
        var problem = exception switch
        {
            BadHttpRequestException e => Problem.Of(e.StatusCode, e.Message),
            JobStoreException { IsTransient: true } => Problem.ComeBack("The job store does not answer at the moment; try again."),
            ArtifactStoreException { IsTransient: true } => Problem.ComeBack("The artifact store does not answer at the moment; try again."),
            _ => Problem.Of(
                StatusCodes.Status500InternalServerError,
                "Something went wrong here; it is logged under this trace id. Trying again does no harm: give a submission an id or an Idempotency-Key."),
        };

        if (exception is not BadHttpRequestException)
        {
            context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("error.type", exception.GetType().FullName));
            context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ExceptionProblems).FullName!).LogError(
                exception,
                "{Method} {Path} failed (trace {TraceId}).",
                context.Request.Method,
                context.Features.GetRequiredFeature<IExceptionHandlerPathFeature>().Path,
                Problem.TraceIdOf(context));
        }

        return problem.ExecuteAsync(context);
    }
}
