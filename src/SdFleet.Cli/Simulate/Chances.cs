using SdFleet.Cli.Batches.Random;

namespace SdFleet.Cli.Simulate;

/// <summary>
/// Numbers of one purpose, each found by its index: two runs that differ in a setting only draw the same fate for the same node
/// and the same job, so that they differ by the setting and not by chance.
/// </summary>
internal readonly struct Chances(ulong seed, string purpose)
{
    private readonly SplitMix64 _numbers = SplitMix64.ForPurpose(seed, purpose);

    /// <summary>Even over 0 (included) to 1 (excluded): the upper 53 of 64 bits, which a double holds exactly.</summary>
    public double Even(long index) => (_numbers.At((ulong)index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Even over 1 - <paramref name="spread"/> to 1 + <paramref name="spread"/>.</summary>
    public double Around(long index, double spread) => 1 + (spread * ((2 * Even(index)) - 1));

    /// <summary>Time to the next of events that come <paramref name="rate"/> times a unit, independently of each other: exponential.</summary>
    public double Wait(long index, double rate) => rate > 0 ? -Math.Log(1 - Even(index)) / rate : double.PositiveInfinity;
}
