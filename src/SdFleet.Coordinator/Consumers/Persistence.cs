using SdFleet.Hosting.Bus;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Consumers;

/// <summary>
/// Keeps a message in hand while the database or the broker is away. Giving it back would not help: it would come again at
/// once, RabbitMQ drops a message that came back twenty times, and the in-memory bus drops it the first time.
/// </summary>
internal static partial class Persistence
{
    // A second apart.
    private const int MaxRefusals = 3;

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
            catch (Exception e) when (e is JobStoreException or BrokerUnavailableException || (e is OperationCanceledException && !stopping.IsCancellationRequested))
            {
                LogWaiting(logger, e.Message);
                await Task.Delay(Pause, stopping).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Admits something, as <see cref="RunAsync"/> does, or puts it aside where the job store refuses it again and again and takes others: what
    /// is not acknowledged holds up what comes after it.
    /// </summary>
    /// <param name="admit">Admits it; can be repeated.</param>
    /// <param name="tryOthers">Throws <see cref="JobStoreException"/> where the store refuses everybody. Then nothing is wrong with this one, and it waits as for a store that is away.</param>
    /// <param name="giveUp">Puts it aside with the reason; can be repeated.</param>
    /// <param name="logger">Hears of each failure.</param>
    /// <param name="stopping">Ends the waiting.</param>
    public static Task AdmitAsync(Func<Task> admit, Func<Task> tryOthers, Func<string, Task> giveUp, ILogger logger, CancellationToken stopping)
    {
        var refusals = 0;
        var refusal = "";
        return RunAsync(AdmitOnceAsync, logger, stopping);

        async Task AdmitOnceAsync()
        {
            if (refusals < MaxRefusals)
            {
                try
                {
                    await admit().ConfigureAwait(false);
                    return;
                }
                catch (JobStoreException e) when (!e.IsTransient)
                {
                    await tryOthers().ConfigureAwait(false);
                    refusal = $"the job store takes others and refuses this one: {FirstLine(e.GetBaseException().Message)}";
                    if (++refusals < MaxRefusals)
                    {
                        throw;
                    }
                }
            }

            await giveUp(refusal).ConfigureAwait(false);
        }
    }

    // What follows is for the database's own people.
    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message waits: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
