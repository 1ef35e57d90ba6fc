using SdFleet.ShapesModel;

namespace SdFleet.Cli.Embedded;

/// <summary>What an embedded fleet is made of.</summary>
public sealed record EmbeddedFleetOptions
{
    /// <summary>Where it keeps everything: <c>jobs.db</c> and <c>images/</c>. Made where it is missing.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The model's name in recipes. Default <c>shapes</c>.</summary>
    public string ModelName { get; init; } = "shapes";

    /// <summary>The model's folder. Default: the bundled shapes model.</summary>
    public string ModelFolder { get; init; } = ShapesModelFolder.Path;

    /// <summary>Where the API listens. Default: any free port of this machine's loopback.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:0"];

    /// <summary>
    /// Whether <c>SdFleet__…</c> and <c>OTEL_…</c> variables of the environment count, such as API keys. What makes the fleet
    /// an embedded one stands above them. Default no.
    /// </summary>
    public bool ReadsEnvironment { get; init; }

    /// <summary>More settings, such as <c>SdFleet:Worker:Threads</c>.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where its log goes. Default nowhere.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }
}
