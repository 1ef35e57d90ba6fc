using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Simulate;

/// <summary>A simulated job.</summary>
/// <param name="number">Its place in the order of admission, which it keeps when it comes back.</param>
/// <param name="lane">Its lane.</param>
/// <param name="submitted">When it came, in seconds.</param>
/// <param name="seconds">GPU-seconds on a node of usual speed.</param>
internal sealed class JobModel(int number, Lane lane, double submitted, double seconds)
{
    public int Number => number;

    public Lane Lane => lane;

    public double Submitted => submitted;

    public double Seconds => seconds;

    public int Attempt { get; set; }

    public int Evictions { get; set; }

    /// <summary>When the attempt was released.</summary>
    public double Released { get; set; }

    /// <summary>An id, from which the job's waits are derived as in the fleet.</summary>
    public Guid Id => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
}
