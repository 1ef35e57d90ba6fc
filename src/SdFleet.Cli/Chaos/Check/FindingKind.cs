namespace SdFleet.Cli.Chaos.Check;

/// <summary>How a promise was broken.</summary>
internal enum FindingKind
{
    /// <summary>Something that was promised is not there, or is not what was asked for.</summary>
    Lost,

    /// <summary>Something is there twice, was made more often than it may be, or should not be there at all.</summary>
    Duplicated,
}
