using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Adapters;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.CommandLine;

/// <summary>A LoRA as an option names it: FILE[:SCALE] ("hollow" is the bundled one), or in a fleet NAME[:SCALE].</summary>
internal sealed record LoraOption(string File, double Scale)
{
    private const string Name = "--lora";
    private const string Bundled = "hollow";

    /// <summary>As a fleet's workers are asked for it.</summary>
    public RecipeLora ToName() => new() { Name = File, Weight = Scale };

    /// <summary>As the library is given it.</summary>
    /// <exception cref="CliException">The file is not there.</exception>
    public Lora ToFile() => System.IO.File.Exists(File) ? new Lora(File, Scale)
        : File == Bundled ? new Lora(ShapesModelFolder.HollowLora, Scale)
        : throw new CliException($"{Name} names the file \"{File}\", which is not there.", ExitCodes.Usage);

    /// <summary>The option, which may be given several times.</summary>
    public static Option<LoraOption[]> Create() => new(Name)
    {
        Description = "A LoRA that the fleet's workers have, or with --local a safetensors file or \"hollow\" for the bundled one, and how strongly "
            + "it counts (-10 to 10, default 1). May be repeated.",
        HelpName = "NAME|FILE[:SCALE]",
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

        return new LoraOption(file, scale);
    }
}
