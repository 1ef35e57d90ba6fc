using Microsoft.Extensions.Options;
using SdFleet.Storage;

namespace SdFleet.Worker.Output;

/// <summary>
/// Waits while the artifact store is away. Its faults are no failures of the job, and a picture that was made need not be made again for
/// them: it stays in hand, and heartbeats renew its lease, until the store takes it, the worker has to give it back, or the attempt's time
/// is over. Then it goes back, and the job is tried again after a wait that grows with each time, which costs it neither a failure nor an
/// eviction. What waits is not acknowledged, so that a worker fetches no more than its prefetch meanwhile.
/// </summary>
internal sealed partial class StorePatience(IOptions<WorkerOptions> options, TimeProvider clock, ILogger<StorePatience> logger)
{
    // The store's client has made its own tries by then, where the store is not a folder.
    private const double FirstPauseSeconds = 1;
    private const double LongestPauseSeconds = 30;

    // What a picture takes to be stored in a store that is well, many times over.
    private static readonly TimeSpan ShortestLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Makes a call, and makes it again while the store is at fault and the attempt's time is not over. The time begins with the first call
    /// of the attempt that fails, and goes on whatever else the attempt does; once it is over, a call is made once, for half a minute at most,
    /// as the store may be back.
    /// </summary>
    /// <typeparam name="T">What the call gives.</typeparam>
    /// <param name="wait">The attempt's: one for all its calls.</param>
    /// <param name="call">Can be repeated; has to give up when its token says so.</param>
    /// <param name="stopping">Ends the waiting.</param>
    /// <exception cref="ArtifactStoreException">
    /// The attempt has waited for <see cref="WorkerOptions.StoreTimeout"/>, and this is the store's last error; or the artifact is damaged.
    /// </exception>
    /// <exception cref="OperationCanceledException">The worker has to give back what it holds.</exception>
    public async Task<T> RunAsync<T>(StoreWait wait, Func<CancellationToken, Task<T>> call, CancellationToken stopping)
    {
        var left = Left(wait);
        var limit = left > ShortestLimit ? left : ShortestLimit;
        for (var tries = 1; ; tries++)
        {
            ArtifactStoreException error;
            var began = clock.GetTimestamp();
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limited.CancelAfter(limit);
            try
            {
                return await call(limited.Token).ConfigureAwait(false);
            }
            catch (ArtifactStoreException e) when (!e.IsDamage)
            {
                error = e;
            }
            catch (OperationCanceledException) when (limited.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                // It had all the time that was left, whatever the clock says: a timer may go off a little before its time.
                WorkerMetrics.StoreFaults.Add(1);
                throw wait.LastError ?? new ArtifactStoreException($"The artifact store has not answered for {limit}.", isTransient: true);
            }

            WorkerMetrics.StoreFaults.Add(1);
            wait.Note(began, error);
            left = Left(wait);
            if (left > TimeSpan.Zero)
            {
                var pause = PauseAfter(tries);
                LogWaiting(left, error.Message);
                await Task.Delay(pause < left ? pause : left, clock, stopping).ConfigureAwait(false);
            }

            limit = Left(wait);
            if (limit <= TimeSpan.Zero)
            {
                throw error;
            }
        }
    }

    private TimeSpan Left(StoreWait wait) =>
        options.Value.StoreTimeout - (wait.Since is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero);

    // Spread by chance: a store that comes back is not to meet all workers at one moment.
    private static TimeSpan PauseAfter(int tries)
    {
        var full = Math.Min(FirstPauseSeconds * Math.Pow(2, tries - 1), LongestPauseSeconds);
        return TimeSpan.FromSeconds(full * (1 - (Random.Shared.NextDouble() / 2)));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The artifact store is waited for, {Left} at most: {Reason}")]
    private partial void LogWaiting(TimeSpan left, string reason);
}
