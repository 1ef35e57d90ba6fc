namespace SdFleet.Api.Tests.Support;

/// <summary>A clock by which long waits take a hundredth of their time.</summary>
internal sealed class HastyClock : TimeProvider
{
    private const int Haste = 100;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.FromSeconds(1) ? dueTime / Haste : dueTime, period);
}
