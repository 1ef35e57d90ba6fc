using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary>Options whose mistakes are answered in this program's words, not in names of .NET types.</summary>
internal static class Values
{
    /// <summary>A whole number. Its limits are the model's, so the fleet checks them.</summary>
    public static Option<T?> Whole<T>(string name, string description, params string[] aliases)
        where T : struct, IBinaryInteger<T> =>
        new(name, aliases)
        {
            Description = description,
            HelpName = "N",
            CustomParser = argument => Parse<T>(argument, NumberStyles.AllowLeadingSign, "a whole number"),
        };

    /// <summary>A number.</summary>
    public static Option<double?> Number(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "X",
            CustomParser = argument => Parse<double>(argument, NumberStyles.Float, "a number such as 7.5"),
        };

    /// <summary>Text.</summary>
    public static Option<string?> Text(string name, string description, string helpName, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName };

    /// <summary>One of a few words.</summary>
    public static Option<T?> Word<T>(string name, string description)
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(n => n.ToLowerInvariant()).ToArray();
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            CustomParser = argument =>
            {
                var text = argument.Tokens[^1].Value;
                if (words.Contains(text, StringComparer.OrdinalIgnoreCase))
                {
                    return Enum.Parse<T>(text, ignoreCase: true);
                }

                argument.AddError($"{name} is \"{text}\": one of {string.Join(", ", words)}.");
                return null;
            },
        };
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>A number within its limits.</summary>
    /// <exception cref="CliException">It is outside.</exception>
    public static T InRange<T>(string option, T value, T min, T max)
        where T : struct, INumber<T> =>
        value >= min && value <= max
            ? value
            : throw new CliException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}: {min} to {max}."), ExitCodes.Usage);

    private static T? Parse<T>(ArgumentResult argument, NumberStyles styles, string expected)
        where T : struct, INumber<T>
    {
        var text = argument.Tokens[^1].Value;
        if (T.TryParse(text, styles, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        argument.AddError($"{((OptionResult)argument.Parent!).Option.Name} is \"{text}\": {expected}.");
        return null;
    }
}
