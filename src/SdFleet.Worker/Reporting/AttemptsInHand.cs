using System.Collections.Concurrent;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;

namespace SdFleet.Worker.Reporting;

/// <summary>What the heartbeat says of this worker's work.</summary>
internal sealed class AttemptsInHand
{
    // The broker may deliver one attempt twice, even at once.
    private readonly ConcurrentDictionary<AttemptInHand, bool> _held = new();
    private readonly Lock _doneLock = new();
    private WorkDone _done;

    /// <summary>Attempts that are waiting for the model, in it, or being stored.</summary>
    public IReadOnlyList<HeldAttempt> Held => [.. _held.Keys.Select(h => h.Attempt).Distinct()];

    /// <summary>What has been stored since the start.</summary>
    public WorkDone Done
    {
        get
        {
            lock (_doneLock)
            {
                return _done;
            }
        }
    }

    /// <summary>Counts an attempt as held until the result is disposed.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="workerStops">Ends when the worker has to give back what it holds.</param>
    public AttemptInHand Hold(Guid jobId, int attempt, CancellationToken workerStops)
    {
        var held = new AttemptInHand(new HeldAttempt(jobId, attempt), it => _held.TryRemove(it, out _), workerStops);
        _held[held] = true;
        return held;
    }

    /// <summary>Stops an attempt that nobody waits for any more.</summary>
    /// <returns>False where it is not held here.</returns>
    public bool Stop(HeldAttempt attempt)
    {
        var found = false;
        foreach (var held in _held.Keys.Where(h => h.Attempt == attempt))
        {
            held.Stop();
            found = true;
        }

        return found;
    }

    public void Count(Recipe recipe, IReadOnlyList<ImageRecord> stored)
    {
        lock (_doneLock)
        {
            _done = new WorkDone(
                _done.Images + stored.Count,
                _done.PixelPasses + (stored.Sum(image => 1 + (image.Draws?.Count ?? 0)) * recipe.PixelPasses()),
                _done.GpuSeconds + stored.Sum(image => image.Timings.GpuSeconds),
                _done.Bytes + stored.Sum(image => image.Bytes));
        }
    }
}
