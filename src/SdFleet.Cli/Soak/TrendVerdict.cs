namespace SdFleet.Cli.Soak;

/// <summary>What is said of a line.</summary>
internal enum TrendVerdict
{
    Flat,

    Growing,

    /// <summary>Measured too seldom to say.</summary>
    Unknown,

    /// <summary>Shown and not judged.</summary>
    NotJudged,
}
