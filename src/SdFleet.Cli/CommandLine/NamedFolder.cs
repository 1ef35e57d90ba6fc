using System.CommandLine.Parsing;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.CommandLine;

/// <summary>A model as an option names it: NAME=FOLDER.</summary>
internal sealed record NamedFolder(string Name, string Folder)
{
    public static NamedFolder? Parse(ArgumentResult argument)
    {
        var text = argument.Tokens[^1].Value;
        var (name, folder) = text.Split('=', 2) is [var first, var second] ? (first, second) : ("", "");
        if (!NameText.IsName(name) || folder.Length == 0)
        {
            argument.AddError($"--model is \"{text}\": NAME=FOLDER, where the name is 1 to {NameText.MaxLength} characters of a-z, 0-9, '-', '_' and '.'.");
            return null;
        }

        if (!Directory.Exists(folder))
        {
            argument.AddError($"--model names the folder \"{folder}\", which is not there.");
            return null;
        }

        return new NamedFolder(name, folder);
    }
}
