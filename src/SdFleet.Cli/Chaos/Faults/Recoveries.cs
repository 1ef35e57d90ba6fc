using System.Diagnostics;
using SdFleet.Cli.Chaos.Plan;

namespace SdFleet.Cli.Chaos.Faults;

/// <summary>Follows how long the fleet takes to get over each fault.</summary>
/// <param name="clock">Runs since the beginning of the run.</param>
internal sealed class Recoveries(Stopwatch clock)
{
    private readonly Lock _lock = new();
    private readonly List<Open> _strikes = [];

    /// <summary>What was done so far, in its order.</summary>
    public IReadOnlyList<Strike> Strikes
    {
        get
        {
            lock (_lock)
            {
                return [.. _strikes.Select(s => s.Strike)];
            }
        }
    }

    /// <summary>A fault begins.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="inHand">Tells the jobs that are being made. Of one that ends meanwhile <see cref="Finished"/> is told after it.</param>
    public void Begin(PlannedFault fault, Func<HashSet<Guid>> inHand)
    {
        lock (_lock)
        {
            // Asked here: a job that ended between the answer and this would be waited for until the end of the run.
            var jobs = inHand();
            _strikes.Add(new Open(jobs)
            {
                Strike = new Strike { Number = fault.Number, Kind = fault.Kind, At = clock.Elapsed.TotalSeconds, InHand = jobs.Count },
            });
        }
    }

    /// <summary>The last fault is over.</summary>
    /// <param name="what">To whom, and what it met.</param>
    public void End(string what)
    {
        lock (_lock)
        {
            var last = _strikes[^1];
            last.Strike = last.Strike with { What = what, Lasted = clock.Elapsed.TotalSeconds - last.Strike.At };
            last.IsOver = true;
            Look(last);
        }
    }

    /// <summary>A job has come to its end.</summary>
    public void Finished(Guid job)
    {
        lock (_lock)
        {
            foreach (var open in _strikes.Where(s => s.Strike.RecoveredAfter is null))
            {
                open.InHand.Remove(job);
                Look(open);
            }
        }
    }

    private void Look(Open open)
    {
        if (open.IsOver && open.InHand.Count == 0)
        {
            open.Strike = open.Strike with { RecoveredAfter = clock.Elapsed.TotalSeconds - open.Strike.At };
        }
    }

    private sealed class Open(HashSet<Guid> inHand)
    {
        public required Strike Strike { get; set; }

        public HashSet<Guid> InHand => inHand;

        public bool IsOver { get; set; }
    }
}
