using SdFleet.Cli.Batches.Random;

namespace SdFleet.Cli.Chaos.Plan;

/// <summary>Draws the faults of a run: the same seed, number and kinds give the same list.</summary>
internal static class FaultPlan
{
    private const int ShortestMilliseconds = 1000;
    private const int LongestMilliseconds = 4000;

    /// <summary>The faults in their order: all kinds come about equally often, however few there are.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="count">How many.</param>
    /// <param name="kinds">Those that can be done here.</param>
    public static IReadOnlyList<PlannedFault> Draw(ulong seed, int count, IReadOnlyCollection<FaultKind> kinds)
    {
        var numbers = SplitMix64.ForPurpose(seed, "chaos faults");
        var next = 0UL;
        int Below(int below) => (int)numbers.Below(next++, (ulong)below);

        var faults = new List<PlannedFault>(count);
        while (faults.Count < count)
        {
            // Each kind once, in an order of its own each time.
            var round = kinds.Order().ToArray();
            for (var last = round.Length - 1; last > 0; last--)
            {
                var other = Below(last + 1);
                (round[last], round[other]) = (round[other], round[last]);
            }

            faults.AddRange(round.Take(count - faults.Count).Select((kind, i) => new PlannedFault(
                faults.Count + i + 1,
                kind,
                Below(int.MaxValue),
                TimeSpan.FromMilliseconds(ShortestMilliseconds + Below(LongestMilliseconds - ShortestMilliseconds + 1)))).ToList());
        }

        return faults;
    }
}
