namespace SdFleet.Worker.Devices;

/// <summary>What an hour of this worker's device costs.</summary>
/// <param name="PerHour">In whatever money the fleet counts; null where nobody said.</param>
internal sealed record DevicePrice(double? PerHour)
{
    /// <summary>What so many seconds of the device cost; null where the price is not known.</summary>
    public double? Of(double seconds) => PerHour * seconds / 3600;
}
