using System.Security.Claims;
using Microsoft.Extensions.Options;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Hosting.Authentication;
using SdFleet.Hosting.Bus;
using SdFleet.JobStore;

namespace SdFleet.Api.Jobs;

/// <summary>
/// <c>POST /v1/jobs/{id}/cancel</c>. Written to the job store here and not sent to the coordinator, so that the answer is
/// final: one statement, which nothing can leave half done. The workers are told as well as can be; the coordinator tells them
/// again at the next sign of life of the attempt.
/// </summary>
internal static class CancelEndpoint
{
    public static void MapCancel(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost(ApiRoutes.CancelPattern, HandleAsync)
            .WithName("cancelJob")
            .WithSummary("Cancel a job")
            .WithDescription(
                "A job that waits is never made; one that runs is stopped before its next denoising step. Cancelling again changes nothing. " +
                "A job that has come to another end keeps it, and the answer is 409.")
            .WithTags(ApiTags.Jobs)
            .Produces<JobView>()
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> HandleAsync(
        Guid id,
        ClaimsPrincipal caller,
        IJobStore store,
        ApiKeyRequirement keys,
        FleetPublisher publisher,
        IOptions<ApiOptions> options,
        TimeProvider time,
        ILoggerFactory logs,
        CancellationToken cancellationToken)
    {
        if (await store.FindVisibleJobAsync(id, caller, keys, cancellationToken) is null)
        {
            return JobEndpoint.NotFound(id);
        }

        var outcome = (await store.CancelAsync([id], time.GetUtcNow(), cancellationToken)).Single();
        IReadOnlyList<HeldAttempt> inFlight = outcome.WasInFlight ? [new HeldAttempt(id, outcome.Attempt)] : [];
        await TellWorkersAsync(publisher, inFlight, options.Value.PublishTimeout, time, logs);

        return outcome.State switch
        {
            JobState.Cancelled => TypedResults.Ok(JobEndpoint.View((await store.FindJobAsync(id, cancellationToken))!)),
            null => JobEndpoint.NotFound(id),
            var state => Problem.Of(StatusCodes.Status409Conflict, $"Job {id} is {state.Value.ToString().ToLowerInvariant()} already, and stays so."),
        };
    }

    /// <summary>Tells the workers to stop these attempts, as well as can be.</summary>
    public static async Task TellWorkersAsync(
        FleetPublisher publisher, IReadOnlyList<HeldAttempt> attempts, TimeSpan timeout, TimeProvider time, ILoggerFactory logs)
    {
        if (attempts.Count == 0)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(timeout, time);
        try
        {
            await publisher.StopAsync(new AttemptsUnwanted { Attempts = attempts }, deadline.Token).WaitAsync(deadline.Token);
        }
        catch (Exception e) when (e is BrokerUnavailableException or OperationCanceledException)
        {
            logs.CreateLogger(typeof(CancelEndpoint).FullName!).LogWarning(
                e, "Attempts at cancelled jobs: {Attempts}. The workers cannot be told now; those that have them hear of it later.", attempts.Count);
        }
    }
}
