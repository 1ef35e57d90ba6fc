using SdFleet.Cli.Output;

namespace SdFleet.Cli.Batches;

/// <summary>Opens what a user has of a batch: a list of jobs or prompts, or a specification of them.</summary>
internal static class BatchFile
{
    /// <summary>The extensions that are understood, with what they hold, for help and error texts.</summary>
    public const string Kinds =
        ".jsonl or .ndjson (a job a line), .txt (a prompt a line), .csv (a job a row, with a header), .yaml, .yml or .json (a specification)";

    /// <summary>Opens a file by its extension. Specifications and headers are read and checked here, jobs are not.</summary>
    /// <exception cref="CliException">The file is not there, is of no known kind, or is a specification with mistakes: all of them.</exception>
    public static BatchSource Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new CliException($"FILE is \"{path}\", which is not there: {Kinds}.", ExitCodes.Usage);
        }

        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jsonl" or ".ndjson" => new JsonLinesSource(path),
            ".txt" => new PromptListSource(path),
            _ => throw new CliException($"FILE is \"{path}\": {Kinds}.", ExitCodes.Usage),
        };
    }
}
