using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Simulate;

/// <summary>
/// Jobs of one kind: so many at once (<see cref="Jobs"/>), again and again where <see cref="Times"/> says so; or a steady flow
/// of single ones (<see cref="PerHour"/>), which come as calls come to an exchange, independently of each other.
/// </summary>
internal sealed class WorkloadStream
{
    /// <summary>Their lane.</summary>
    public Lane Lane { get; set; } = Lane.Normal;

    /// <summary>GPU-seconds of a job on a node of usual speed.</summary>
    public double Seconds { get; set; } = 8;

    /// <summary>How unequal they are: 0.5 for half as long to half as long again.</summary>
    public double Spread { get; set; }

    /// <summary>When the first comes, in hours.</summary>
    public double AtHour { get; set; }

    /// <summary>Jobs that come at once; 0 for a steady flow.</summary>
    public int Jobs { get; set; }

    /// <summary>How often they come.</summary>
    public int Times { get; set; } = 1;

    /// <summary>Minutes between those times.</summary>
    public double EveryMinutes { get; set; } = 60;

    /// <summary>Jobs an hour on average, of a steady flow.</summary>
    public double PerHour { get; set; }

    /// <summary>How long the flow lasts, in hours.</summary>
    public double Hours { get; set; } = 1;
}
