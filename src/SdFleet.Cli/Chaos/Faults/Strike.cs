using SdFleet.Cli.Chaos.Plan;

namespace SdFleet.Cli.Chaos.Faults;

/// <summary>A fault that was done.</summary>
internal sealed record Strike
{
    /// <summary>Place in the plan, from 1.</summary>
    public required int Number { get; init; }

    public required FaultKind Kind { get; init; }

    /// <summary>To whom, and what it met.</summary>
    public string What { get; init; } = "";

    /// <summary>When it began, in seconds since the beginning of the run.</summary>
    public required double At { get; init; }

    /// <summary>Seconds until it was over, and what it had taken away was back.</summary>
    public double Lasted { get; init; }

    /// <summary>Jobs that a worker had begun, and nobody had ended, when it began.</summary>
    public required int InHand { get; init; }

    /// <summary>Seconds from its beginning until it was over and all of those jobs had ended; null where they never did.</summary>
    public double? RecoveredAfter { get; init; }
}
