using SdFleet.Cli.Output;

namespace SdFleet.Cli.Doctor;

/// <summary>What other clocks said, beside this machine's.</summary>
internal static class Clocks
{
    // A worker is given up when nothing was heard of it for thirty seconds; order between reports needs less than a second or two.
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Harmful = TimeSpan.FromSeconds(15);

    /// <summary>Compares a clock with this machine's.</summary>
    /// <param name="whose">Whose it is.</param>
    /// <param name="at">What it said.</param>
    /// <param name="before">This machine's time before it was asked.</param>
    /// <param name="after">And after.</param>
    /// <param name="resolution">How exactly it says the time.</param>
    public static Finding Compare(string whose, DateTimeOffset at, DateTimeOffset before, DateTimeOffset after, TimeSpan resolution)
    {
        // Anything between the two is the same time.
        var ahead = at - after;
        var behind = before - at - resolution;
        var skew = ahead > TimeSpan.Zero ? ahead : behind > TimeSpan.Zero ? -behind : TimeSpan.Zero;
        var state = skew.Duration() >= Harmful ? FindingState.Fail : skew.Duration() >= Noticed ? FindingState.Warn : FindingState.Ok;
        var side = skew > TimeSpan.Zero ? "ahead of" : "behind";
        return state == FindingState.Ok
            ? new Finding("clocks", state, $"{whose} and this machine agree")
            : new Finding(
                "clocks",
                state,
                $"{whose} is {Amount.Duration(skew.Duration().TotalSeconds)} {side} this machine",
                "Let both take their time from NTP; leases and waits are measured with them.");
    }
}
