using System.Diagnostics;
using SdFleet.Coordinator.Consumers;
using SdFleet.Hosting.Telemetry;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Admission;

/// <summary>
/// Takes submissions from whatever brings them; each is done with once its job, or its rejection, is stored. One that the job store
/// refuses again and again, while it takes others, is rejected: what is not acknowledged holds up what comes after it.
/// </summary>
internal sealed class SubmissionIntake(Admitter admitter, ILogger<SubmissionIntake> logger)
{
    // A second apart.
    private const int MaxRefusals = 3;

    /// <param name="body">The message as it came.</param>
    /// <param name="traceparent">The trace that it continues beside the current one; null for none.</param>
    /// <param name="user">The broker's user who published it; null where the message does not say.</param>
    /// <param name="stopping">Ends the waiting for a store or a broker that is away.</param>
    public Task TakeAsync(byte[] body, string? traceparent, string? user, CancellationToken stopping)
    {
        var refusals = 0;
        var refusal = "";
        return Persistence.RunAsync(TakeOnceAsync, logger, stopping);

        async Task TakeOnceAsync()
        {
            if (refusals < MaxRefusals)
            {
                try
                {
                    await AdmitAsync(body, traceparent, user).ConfigureAwait(false);
                    return;
                }
                catch (JobStoreException e) when (!e.IsTransient)
                {
                    // Throws where nobody's jobs are admitted. Then nothing is wrong with this one, and it waits as for a store that is away.
                    await admitter.TryOthersAsync(body, stopping).ConfigureAwait(false);
                    refusal = $"the job store takes others and refuses this one: {FirstLine(e.GetBaseException().Message)}";
                    if (++refusals < MaxRefusals)
                    {
                        throw;
                    }
                }
            }

            await admitter.GiveUpAsync(body, refusal).ConfigureAwait(false);
        }
    }

    private async Task AdmitAsync(byte[] body, string? traceparent, string? user)
    {
        using var activity = TraceContext.Continue(CoordinatorActivity.Source, "admit", ActivityKind.Internal, traceparent);

        // A coordinator that is not traced itself still knows whose trace it is.
        await admitter.AdmitAsync(body, TraceContext.Current ?? TraceContext.Valid(traceparent), user).ConfigureAwait(false);
    }

    // What follows is for the database's own people.
    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();
}
