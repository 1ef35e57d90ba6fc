using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Hosting.Bus;

namespace SdFleet.Coordinator.Events;

/// <summary>
/// Tells workers of attempts that nobody waits for any more. Best effort: an attempt that is still in somebody's hands is
/// named by the next heartbeat, and comes up here again.
/// </summary>
internal sealed partial class StopNotices(FleetPublisher publisher, TimeProvider clock, ILogger<StopNotices> logger)
{
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Sends the notice without making anybody wait for it.</summary>
    public void Send(IReadOnlyList<HeldAttempt> attempts)
    {
        if (attempts.Count > 0)
        {
            _ = SendAsync(attempts);
        }
    }

    private async Task SendAsync(IReadOnlyList<HeldAttempt> attempts)
    {
        using var deadline = new CancellationTokenSource(PublishTimeout, clock);
        try
        {
            await publisher.StopAsync(new AttemptsUnwanted { Attempts = attempts }, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BrokerUnavailableException or OperationCanceledException)
        {
            LogNotSent(attempts.Count, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Attempts} attempts that nobody waits for go on for now, as the workers cannot be told: {Reason}")]
    private partial void LogNotSent(int attempts, string reason);
}
