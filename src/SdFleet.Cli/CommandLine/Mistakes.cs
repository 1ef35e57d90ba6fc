using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary>
/// Says what is wrong with what was typed, with the nearest name for a word that is not known. The library has this too, but
/// guesses at the values of unknown options as well, and does not see the beginning of a name for what it is.
/// </summary>
internal static class Mistakes
{
    private const int MostEdits = 2;

    /// <summary>Shows them, or, where nothing but a command is missing, the help that lists the commands.</summary>
    public static void Show(ParseResult parsed, string path, CliConsole console)
    {
        var command = parsed.CommandResult.Command;
        var unknown = Unknown(parsed.UnmatchedTokens, command).ToList();
        if (unknown.Count == 0 && command.Subcommands.Count > 0)
        {
            parsed.InvocationConfiguration.Output = console.Error;
            new HelpAction().Invoke(parsed);
            return;
        }

        // Where a word is no command, the missing command needs no line of its own.
        var lines = command.Subcommands.Count > 0 ? unknown : [.. unknown, .. Others(parsed)];
        foreach (var line in lines.Distinct(StringComparer.Ordinal))
        {
            console.Note($"sdfleet: {line}");
        }

        console.Note($"See \"{path} --help\".");
    }

    private static IEnumerable<string> Unknown(IReadOnlyList<string> words, Command command)
    {
        var isValue = false;
        foreach (var word in words)
        {
            if (word.StartsWith('-') && word.Length > 1)
            {
                yield return $"there is no option {word}{Guess(word, Visible(command.Options))}";
                isValue = true;
            }
            else if (command.Subcommands.Count > 0)
            {
                yield return $"there is no command {word}{Guess(word, Visible(command.Subcommands))}";
                yield break;
            }
            else if (!isValue)
            {
                yield return command.Arguments.Count > 0
                    ? $"\"{word}\" is one word too many; text of several words stands in quotes."
                    : $"\"{word}\" is not expected here.";
                yield break;
            }
            else
            {
                isValue = false;
            }
        }
    }

    // What is unknown has been said already.
    private static IEnumerable<string> Others(ParseResult parsed) => parsed.Errors
        .Where(error => !parsed.UnmatchedTokens.Any(word => error.Message.Contains($"'{word}'", StringComparison.Ordinal)))
        .Select(error => error.SymbolResult switch
        {
            ArgumentResult { Tokens.Count: 0, Parent: OptionResult option } => $"{option.Option.Name} needs a value.",
            ArgumentResult { Tokens.Count: 0 } missing => $"{missing.Argument.Name} is missing: {missing.Argument.Description}",
            _ => error.Message,
        });

    private static IEnumerable<string> Visible(IEnumerable<Symbol> symbols) =>
        symbols.Where(s => !s.Hidden).SelectMany(s => s is Option option ? [option.Name, .. option.Aliases] : new[] { s.Name });

    private static string Guess(string word, IEnumerable<string> names)
    {
        var name = word.Split('=', ':')[0];
        var near = names
            .Where(known => known.Length > 2)
            .Select(known => (known, edits: known.StartsWith(name, StringComparison.OrdinalIgnoreCase) ? 0 : Edits(name.ToLowerInvariant(), known)))
            .Where(n => n.edits <= MostEdits)
            .OrderBy(n => n.edits)
            .Select(n => n.known)
            .FirstOrDefault();
        return near is null ? "." : $"; did you mean {near}?";
    }

    // Levenshtein's distance.
    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
