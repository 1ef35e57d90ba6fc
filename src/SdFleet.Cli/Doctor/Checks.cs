using SdFleet.Cli.Output;
using SdFleet.Hosting.Bus;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Cli.Doctor;

/// <summary>Runs checks so that none of them keeps the others from being run.</summary>
internal static class Checks
{
    /// <summary>One check, with a limit on its time. What it throws is its finding: the rooms' errors say what is wrong and what to do.</summary>
    public static async Task<Finding> TryAsync(string check, TimeSpan patience, Func<CancellationToken, Task<Finding>> run, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(patience);
        try
        {
            return await run(limited.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Finding(
                check,
                FindingState.Fail,
                $"no answer within {Amount.Duration(patience.TotalSeconds)}",
                "Check that it is up, its address, and the network between; --timeout gives it longer.");
        }
        catch (Exception e) when (e is JobStoreException or ArtifactStoreException or BrokerUnavailableException)
        {
            return new Finding(check, FindingState.Fail, e.Message);
        }
#pragma warning disable CA1031 // A check that breaks is a finding, and the others go on.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return new Finding(check, FindingState.Fail, $"{e.GetBaseException().Message} ({e.GetType().Name})");
        }
    }
}
