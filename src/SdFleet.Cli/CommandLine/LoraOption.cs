using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.CommandLine;

/// <summary>A LoRA as an option names it: FILE[:SCALE], or "hollow" for the bundled one.</summary>
internal sealed record LoraOption(string File, double Scale)
{
    private const string Name = "--lora";
    private const string Bundled = "hollow";

    /// <summary>The option, which may be given several times.</summary>
    public static Option<LoraOption[]> Create() => new(Name)
    {
        Description = "With --local: a LoRA in a safetensors file, or \"hollow\" for the bundled one, and how strongly it counts "
            + "(-10 to 10, default 1). May be repeated.",
        HelpName = "FILE[:SCALE]",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = argument => [.. argument.Tokens.Select(token => Parse(token.Value, argument)).OfType<LoraOption>()],
    };

    private static LoraOption? Parse(string text, ArgumentResult argument)
    {
        // A colon may also belong to the file's name.
        var colon = text.LastIndexOf(':');
        var (file, scale) = (text, 1.0);
        if (!System.IO.File.Exists(text) && colon > 0)
        {
            file = text[..colon];
            if (!double.TryParse(text[(colon + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out scale)
                || !(Math.Abs(scale) <= 10))
            {
                argument.AddError($"{Name} is \"{text}\": FILE[:SCALE], the scale a number from -10 to 10 such as 0.8.");
                return null;
            }
        }

        if (file == Bundled && !System.IO.File.Exists(file))
        {
            file = ShapesModelFolder.HollowLora;
        }

        if (!System.IO.File.Exists(file))
        {
            argument.AddError($"{Name} names the file \"{file}\", which is not there.");
            return null;
        }

        return new LoraOption(file, scale);
    }
}
