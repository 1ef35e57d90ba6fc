namespace SdFleet.Coordinator.Scaling;

/// <summary>
/// How much work there is, in seconds of the device: the rule alone, without store and HTTP, so that what the autoscaler is told
/// is what <c>sdfleet simulate</c> scales by.
/// </summary>
public static class ScaleRule
{
    // A new job weighs this much: after twenty jobs of another size, seven eighths of the mean are theirs.
    private const double Weight = 0.1;

    /// <summary>The mean cost of a job once another one has completed.</summary>
    /// <param name="mean">GPU-seconds of a job so far; null before the first.</param>
    /// <param name="cost">GPU-seconds of the one that completed.</param>
    public static double Learn(double? mean, double cost) => mean is { } known ? known + (Weight * (cost - known)) : cost;

    /// <summary>GPU-seconds that the outstanding jobs take.</summary>
    /// <param name="jobs">Outstanding jobs.</param>
    /// <param name="measured">GPU-seconds of a job, as measured; null before the first has completed.</param>
    /// <param name="guess">What a job counts as until then.</param>
    public static double GpuSeconds(long jobs, double? measured, double guess) => jobs * (measured ?? guess);
}
