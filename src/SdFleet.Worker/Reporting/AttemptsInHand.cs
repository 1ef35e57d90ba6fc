using System.Collections.Concurrent;
using SdFleet.Contracts.Workers;

namespace SdFleet.Worker.Reporting;

/// <summary>What the heartbeat says of this worker's work.</summary>
internal sealed class AttemptsInHand
{
    private readonly ConcurrentDictionary<HeldAttempt, bool> _held = new();
    private long _imagesDone;

    /// <summary>Attempts that are waiting for the model, in it, or being stored.</summary>
    public IReadOnlyList<HeldAttempt> Held => [.. _held.Keys];

    /// <summary>Pictures stored since the start.</summary>
    public long ImagesDone => Interlocked.Read(ref _imagesDone);

    /// <summary>Counts an attempt as held until the result is disposed.</summary>
    public IDisposable Hold(Guid jobId, int attempt)
    {
        var held = new HeldAttempt(jobId, attempt);
        _held[held] = true;
        return new Release(() => _held.TryRemove(held, out _));
    }

    public void CountImages(int images) => Interlocked.Add(ref _imagesDone, images);

    private sealed class Release(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
