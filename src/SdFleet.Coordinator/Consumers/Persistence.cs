using SdFleet.Hosting.Bus;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Consumers;

/// <summary>
/// Keeps a message in hand while the database or the broker is away. Giving it back would not help: it would come again at
/// once, RabbitMQ drops a message that came back twenty times, and the in-memory bus drops it the first time.
/// </summary>
internal static partial class Persistence
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Does <paramref name="work"/>, again and again where it fails for want of the store or the broker.</summary>
    /// <param name="work">Can be repeated.</param>
    /// <param name="logger">Hears of each failure.</param>
    /// <param name="stopping">Ends the waiting: the message goes back to the broker, for another coordinator or a later start.</param>
    public static async Task RunAsync(Func<Task> work, ILogger logger, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await work().ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is JobStoreException or BrokerUnavailableException)
            {
                LogWaiting(logger, e.Message);
                await Task.Delay(Pause, stopping).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message waits: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
