using SdFleet.Cli.Output;

namespace SdFleet.Cli.Demo;

/// <summary>Prompts in a text file: one a line, without empty lines and lines that begin with #.</summary>
internal static class PromptFile
{
    private const string Resource = "prompts.txt";
    private const int MostPrompts = 1000;

    /// <summary>Reads a file, or the list that comes with the command.</summary>
    public static IReadOnlyList<string> Read(string? path)
    {
        if (path is not null && !File.Exists(path))
        {
            throw new CliException($"--prompts names the file \"{path}\", which is not there.", ExitCodes.Usage);
        }

        using var text = path is not null
            ? File.OpenText(path)
            : new StreamReader(typeof(PromptFile).Assembly.GetManifestResourceStream(Resource)!);
        var prompts = Parse(text.ReadToEnd());
        return prompts.Count is > 0 and <= MostPrompts
            ? prompts
            : throw new CliException($"{path} has {prompts.Count} prompts: 1 to {MostPrompts}, one a line.", ExitCodes.Usage);
    }

    public static IReadOnlyList<string> Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => !line.StartsWith('#'))];
}
