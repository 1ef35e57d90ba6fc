using System.Diagnostics;

namespace SdFleet.Cli.Chaos.Report;

/// <summary>What a run writes down of itself as it goes.</summary>
/// <param name="clock">Runs since the beginning of the run.</param>
internal sealed class Diary(Stopwatch clock)
{
    private readonly Lock _lock = new();
    private readonly List<Sample> _samples = [];
    private readonly List<Event> _events = [];

    /// <summary>What happened and was not planned.</summary>
    public IReadOnlyList<Event> Events
    {
        get
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Something happened that was not planned.</summary>
    public void Happened(string text)
    {
        lock (_lock)
        {
            _events.Add(new Event(clock.Elapsed.TotalSeconds, text));
        }
    }

    /// <summary>Where the run stands now.</summary>
    /// <param name="submitted">Jobs whose submission was answered.</param>
    /// <param name="finished">Jobs that have come to an end.</param>
    /// <param name="inQueues">Messages in the work queues; null where the broker does not say.</param>
    public void Stands(int submitted, int finished, long? inQueues)
    {
        lock (_lock)
        {
            _samples.Add(new Sample(clock.Elapsed.TotalSeconds, submitted, finished, inQueues));
        }
    }

    /// <summary>Where the run stood, up to so many seconds.</summary>
    public IReadOnlyList<Sample> SamplesUntil(double seconds)
    {
        lock (_lock)
        {
            return [.. _samples.Where(s => s.At <= seconds)];
        }
    }
}
