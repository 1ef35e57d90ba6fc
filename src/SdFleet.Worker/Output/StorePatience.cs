using Microsoft.Extensions.Options;
using SdFleet.Storage;

namespace SdFleet.Worker.Output;

/// <summary>
/// Waits while the artifact store is away. Its faults are nobody's failure, and a picture that was made need not be made again for them: it
/// stays in hand, and heartbeats renew its lease, until the store takes it, the worker has to give it back, or the time is over.
/// What waits is not acknowledged, so that a worker fetches no more than its prefetch meanwhile.
/// </summary>
internal sealed partial class StorePatience(IOptions<WorkerOptions> options, TimeProvider clock, ILogger<StorePatience> logger)
{
    // The store's client has made its own tries by then, where the store is not a folder.
    private const double FirstPauseSeconds = 1;
    private const double LongestPauseSeconds = 30;

    /// <summary>Makes a call, and makes it again while the store is at fault.</summary>
    /// <typeparam name="T">What the call gives.</typeparam>
    /// <param name="call">Can be repeated.</param>
    /// <param name="stopping">Ends the waiting.</param>
    /// <exception cref="ArtifactStoreException">The store has been at fault for <see cref="WorkerOptions.StoreTimeout"/>, or the artifact is damaged.</exception>
    /// <exception cref="OperationCanceledException">The worker has to give back what it holds.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken stopping)
    {
        long? since = null;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call(stopping).ConfigureAwait(false);
            }
            catch (ArtifactStoreException e) when (!e.IsDamage)
            {
                WorkerMetrics.StoreFaults.Add(1);
                since ??= clock.GetTimestamp();
                var left = options.Value.StoreTimeout - clock.GetElapsedTime(since.Value);
                if (left <= TimeSpan.Zero)
                {
                    throw;
                }

                var pause = PauseAfter(tries);
                LogWaiting(left, e.Message);
                await Task.Delay(pause < left ? pause : left, clock, stopping).ConfigureAwait(false);
            }
        }
    }

    // Spread by chance: a store that comes back is not to meet all workers at one moment.
    private static TimeSpan PauseAfter(int tries)
    {
        var full = Math.Min(FirstPauseSeconds * Math.Pow(2, tries - 1), LongestPauseSeconds);
        return TimeSpan.FromSeconds(full * (1 - (Random.Shared.NextDouble() / 2)));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The artifact store is waited for, {Left} at most: {Reason}")]
    private partial void LogWaiting(TimeSpan left, string reason);
}
