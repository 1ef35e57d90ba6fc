using SdFleet.Contracts.Workers;

namespace SdFleet.Worker.Reporting;

/// <summary>One delivery of an attempt, from its message's arrival to its end.</summary>
internal sealed class AttemptInHand(HeldAttempt attempt, Action<AttemptInHand> release, CancellationToken workerStops) : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(workerStops);
    private volatile bool _unwanted;

    public HeldAttempt Attempt => attempt;

    /// <summary>Ends when the worker has to give the attempt back, and when nobody wants it any more.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Whether nobody waits for the attempt: its end needs no report.</summary>
    public bool IsUnwanted => _unwanted;

    public void Stop()
    {
        _unwanted = true;
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself at the same moment.
        }
    }

    public void Dispose()
    {
        release(this);
        _stop.Dispose();
    }
}
