namespace SdFleet.TestServers;

/// <summary>A machine's clock that goes wrong by so much.</summary>
/// <param name="by">Ahead; behind where it is negative.</param>
public sealed class ShiftedClock(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
