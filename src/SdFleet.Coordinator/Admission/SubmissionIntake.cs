using System.Diagnostics;
using SdFleet.Coordinator.Consumers;
using SdFleet.Hosting.Telemetry;

namespace SdFleet.Coordinator.Admission;

/// <summary>Takes submissions from whatever brings them; each is done with once its job, or its rejection, is stored.</summary>
internal sealed class SubmissionIntake(Admitter admitter, ILogger<SubmissionIntake> logger)
{
    /// <param name="body">The message as it came.</param>
    /// <param name="traceparent">The trace that it continues beside the current one; null for none.</param>
    /// <param name="user">The broker's user who published it; null where the message does not say.</param>
    /// <param name="stopping">Ends the waiting for a store or a broker that is away.</param>
    public Task TakeAsync(byte[] body, string? traceparent, string? user, CancellationToken stopping) => Persistence.AdmitAsync(
        () => AdmitAsync(body, traceparent, user),
        () => admitter.TryOthersAsync(body, stopping),
        refusal => admitter.GiveUpAsync(body, refusal),
        logger,
        stopping);

    private async Task AdmitAsync(byte[] body, string? traceparent, string? user)
    {
        using var activity = TraceContext.Continue(CoordinatorActivity.Source, "admit", ActivityKind.Internal, traceparent);

        // A coordinator that is not traced itself still knows whose trace it is.
        await admitter.AdmitAsync(body, TraceContext.Current ?? TraceContext.Valid(traceparent), user).ConfigureAwait(false);
    }
}
