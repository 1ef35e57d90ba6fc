using System.Diagnostics;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Report;
using SdFleet.Cli.Chaos.Submission;

namespace SdFleet.Cli.Chaos.Faults;

/// <summary>The run's faults, one after the other, each when part of its share of the jobs is made: so it always meets work.</summary>
/// <param name="options">How many jobs and faults, and which seed decides them.</param>
/// <param name="ledger">Knows how far the jobs are.</param>
/// <param name="clock">Runs since the beginning of the run.</param>
internal sealed class FaultSeries(ChaosOptions options, Ledger ledger, Stopwatch clock)
{
    // Part of a fault's share of the jobs that is done when it strikes: the rest is what it meets.
    private const double StrikesAfter = 0.4;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan WorkPatience = TimeSpan.FromSeconds(5);

    private readonly Recoveries _recoveries = new(clock);
    private int _struck;

    /// <summary>What was done so far, in its order.</summary>
    public IReadOnlyList<Strike> Strikes => _recoveries.Strikes;

    /// <summary>How many jobs may be submitted by now: each fault has a share of them, and so has the time before the first.</summary>
    public int Allowed() => (int)Math.Ceiling((double)options.Jobs * (Volatile.Read(ref _struck) + 1) / (options.Faults + 1));

    /// <summary>A job has come to its end.</summary>
    public void Finished(Guid job) => _recoveries.Finished(job);

    /// <summary>Strikes, and returns when the last fault is over.</summary>
    /// <param name="injector">Does the harm.</param>
    /// <param name="note">Hears of each fault that is over.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(FaultInjector injector, Action<string> note, CancellationToken cancellationToken)
    {
        foreach (var fault in FaultPlan.Draw(options.Seed, options.Faults, FaultInjector.Possible(options)))
        {
            while (ledger.FinishedCount < options.Jobs * (fault.Number - 1 + StrikesAfter) / (options.Faults + 1))
            {
                await Task.Delay(Tick, cancellationToken);
            }

            // While the one before lasted, its share may have been made to the end: there has to be something to meet.
            Interlocked.Increment(ref _struck);
            for (var watch = Stopwatch.StartNew(); ledger.InHand().Count == 0 && watch.Elapsed < WorkPatience;)
            {
                await Task.Delay(Tick, cancellationToken);
            }

            _recoveries.Begin(fault, ledger.InHand);
            var what = await injector.StrikeAsync(fault, cancellationToken);
            _recoveries.End(what);
            note(FormattableString.Invariant(
                $"{clock.Elapsed.TotalSeconds,6:0.0} s  fault {fault.Number}: {FaultWords.Of(fault.Kind)}{(what.Length > 0 ? $": {what}" : "")}"));
        }
    }
}
