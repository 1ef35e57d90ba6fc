using SdFleet.Contracts.Workers;

namespace SdFleet.Worker.Reporting;

/// <summary>One delivery of an attempt, from its message's arrival to its end.</summary>
internal sealed class AttemptInHand : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<AttemptInHand> _release;
    private readonly CancellationToken _delivery;
    private readonly CancellationToken _worker;
    private readonly CancellationTokenRegistration _deliveryEnds;
    private readonly CancellationTokenRegistration _workerStops;
    private volatile bool _unwanted;

    /// <summary>Takes an attempt in hand.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="release">What is done at its end.</param>
    /// <param name="delivery">The message's token: ends with the time that a worker has to finish, and with the connection that it came by.</param>
    /// <param name="worker">Ends when the worker is told to stop.</param>
    public AttemptInHand(HeldAttempt attempt, Action<AttemptInHand> release, CancellationToken delivery, CancellationToken worker)
    {
        Attempt = attempt;
        _release = release;
        (_delivery, _worker) = (delivery, worker);
        _deliveryEnds = delivery.Register(StopIfGivenBack);
        _workerStops = worker.Register(StopIfGivenBack);
    }

    public HeldAttempt Attempt { get; }

    /// <summary>Ends when the worker has to give the attempt back, and when nobody wants it any more.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>
    /// Whether the worker has to give the attempt back: it stops, and has no more time. Where only the connection is lost, the attempt
    /// goes on, and is reported by the next one.
    /// </summary>
    public bool IsGivenBack => _delivery.IsCancellationRequested && _worker.IsCancellationRequested;

    /// <summary>Whether nobody waits for the attempt: its end needs no report.</summary>
    public bool IsUnwanted => _unwanted;

    public void Stop()
    {
        _unwanted = true;
        Cancel();
    }

    public void Dispose()
    {
        _release(this);
        _deliveryEnds.Dispose();
        _workerStops.Dispose();
        _stop.Dispose();
    }

    // Called for either: the one that comes second finds both.
    private void StopIfGivenBack()
    {
        if (IsGivenBack)
        {
            Cancel();
        }
    }

    private void Cancel()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself at the same moment.
        }
    }
}
