using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;

namespace SdFleet.Worker.Reporting;

/// <summary>What this worker works on and has worked on: what its heartbeat says, and what keeps it from beginning an attempt twice.</summary>
internal sealed class AttemptsInHand
{
    // Far more than a broker delivers again after a fault; a few hundred kilobytes.
    private const int MaxRemembered = 4096;

    private readonly Lock _heldLock = new();
    private readonly Dictionary<HeldAttempt, AttemptInHand> _held = [];
    private readonly HashSet<HeldAttempt> _ended = [];
    private readonly Queue<HeldAttempt> _endedInOrder = new();
    private readonly Lock _doneLock = new();
    private WorkDone _done;

    /// <summary>Attempts that are waiting for the model, in it, or being stored.</summary>
    public IReadOnlyList<HeldAttempt> Held
    {
        get
        {
            lock (_heldLock)
            {
                return [.. _held.Keys];
            }
        }
    }

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
    /// <param name="attempt">The attempt.</param>
    /// <param name="workerStops">Ends when the worker has to give back what it holds.</param>
    /// <returns>Null where it is in hand already, or was not long ago: no attempt is begun twice.</returns>
    public AttemptInHand? Hold(HeldAttempt attempt, CancellationToken workerStops)
    {
        lock (_heldLock)
        {
            if (_held.ContainsKey(attempt) || _ended.Contains(attempt))
            {
                return null;
            }

            return _held[attempt] = new AttemptInHand(attempt, Release, workerStops);
        }
    }

    /// <summary>Whether an attempt is in hand now.</summary>
    public bool IsHeld(HeldAttempt attempt)
    {
        lock (_heldLock)
        {
            return _held.ContainsKey(attempt);
        }
    }

    /// <summary>Stops an attempt that nobody waits for any more.</summary>
    /// <returns>False where it is not held here.</returns>
    public bool Stop(HeldAttempt attempt)
    {
        AttemptInHand? held;
        lock (_heldLock)
        {
            _held.TryGetValue(attempt, out held);
        }

        // Not with the lock: whatever waits for the token goes on here.
        held?.Stop();
        return held is not null;
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

    private void Release(AttemptInHand ended)
    {
        lock (_heldLock)
        {
            _held.Remove(ended.Attempt);
            if (_ended.Add(ended.Attempt))
            {
                _endedInOrder.Enqueue(ended.Attempt);
            }

            if (_endedInOrder.Count > MaxRemembered)
            {
                _ended.Remove(_endedInOrder.Dequeue());
            }
        }
    }
}
