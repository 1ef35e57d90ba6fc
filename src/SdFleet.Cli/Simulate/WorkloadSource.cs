using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Simulate;

/// <summary>Lets the jobs of a workload come when it is their time.</summary>
internal sealed class WorkloadSource(SimulationOptions options, EventQueue events, Action<Lane, double> submit, Action submitted)
{
    private int _open;

    /// <summary>Whether every job has come.</summary>
    public bool IsOver => _open == 0;

    public void Start()
    {
        foreach (var (number, stream) in options.Workload.Index())
        {
            _open++;
            var (seconds, waits) = (new Chances(options.Seed, $"stream {number} seconds"), new Chances(options.Seed, $"stream {number} waits"));
            if (stream.Jobs > 0)
            {
                events.At(stream.AtHour * 3600, () => Together(stream, seconds, 0));
            }
            else
            {
                events.At((stream.AtHour * 3600) + (3600 * waits.Wait(0, stream.PerHour)), () => Single(stream, seconds, waits, 0));
            }
        }
    }

    private void Together(WorkloadStream stream, Chances seconds, int time)
    {
        for (var i = 0; i < stream.Jobs; i++)
        {
            submit(stream.Lane, stream.Seconds * seconds.Around(((long)time * stream.Jobs) + i, stream.Spread));
        }

        if (time + 1 < stream.Times)
        {
            events.After(60 * stream.EveryMinutes, () => Together(stream, seconds, time + 1));
        }
        else
        {
            _open--;
        }

        submitted();
    }

    private void Single(WorkloadStream stream, Chances seconds, Chances waits, long number)
    {
        if (events.Now > (stream.AtHour + stream.Hours) * 3600)
        {
            _open--;
            return;
        }

        submit(stream.Lane, stream.Seconds * seconds.Around(number, stream.Spread));
        events.After(3600 * waits.Wait(number + 1, stream.PerHour), () => Single(stream, seconds, waits, number + 1));
        submitted();
    }
}
