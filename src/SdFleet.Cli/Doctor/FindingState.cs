namespace SdFleet.Cli.Doctor;

/// <summary>How a check came out.</summary>
internal enum FindingState
{
    Ok,

    /// <summary>Could not be looked at, or is not configured here.</summary>
    Skipped,

    /// <summary>The fleet works, but not as it should.</summary>
    Warn,

    /// <summary>The fleet does not work.</summary>
    Fail,
}
