namespace SdFleet.Cli.Chaos.Servers;

/// <summary>What <see cref="BlobProxy"/> makes of requests.</summary>
internal enum BlobFault
{
    /// <summary>Nothing: it passes them on.</summary>
    None,

    /// <summary>Answers 503.</summary>
    Errors,

    /// <summary>Passes them on and cuts the connection instead of answering.</summary>
    AnswersLost,

    /// <summary>Does not answer, and cuts the connection when the fault is over.</summary>
    Hang,

    /// <summary>Cuts every connection.</summary>
    Away,
}
