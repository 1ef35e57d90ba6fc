namespace SdFleet.Cli.Simulate;

/// <summary>Simulated time: what happens next, in order of time, and of what is due at once in the order of its being planned.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, (double At, long Number)> _events = new();
    private long _number;

    /// <summary>Seconds since the beginning.</summary>
    public double Now { get; private set; }

    /// <summary>Plans something; what would lie in the past is due now.</summary>
    public void At(double time, Action action) => _events.Enqueue(action, (Math.Max(time, Now), _number++));

    public void After(double seconds, Action action) => At(Now + seconds, action);

    /// <summary>Goes to the next event and lets it happen.</summary>
    /// <returns>False where there is none.</returns>
    public bool Step()
    {
        if (!_events.TryDequeue(out var action, out var when))
        {
            return false;
        }

        Now = when.At;
        action();
        return true;
    }
}
