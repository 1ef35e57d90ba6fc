using SdFleet.Hosting.Bus;

namespace SdFleet.Api.Jobs;

/// <summary>Hands a submission to the broker, and waits no longer for its word than a client should.</summary>
internal static class ConfirmedPublish
{
    /// <param name="publish">Publishes, with confirms.</param>
    /// <param name="timeout">How long the broker may take.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="aborted">The client has gone.</param>
    /// <exception cref="BrokerUnavailableException">The broker has not confirmed in time; it may have taken it all the same.</exception>
    public static async Task RunAsync(Func<CancellationToken, Task> publish, TimeSpan timeout, TimeProvider time, CancellationToken aborted)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, deadline.Token);
        try
        {
            await publish(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!aborted.IsCancellationRequested)
        {
            throw new BrokerUnavailableException($"The broker did not confirm within {timeout}.", e);
        }
    }
}
