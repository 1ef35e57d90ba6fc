using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>Numbers at equal distances: <c>{from: 10, to: 50, step: 10}</c>, or <c>{between: [10, 50], step: 10}</c> to draw from.</summary>
/// <param name="From">The first.</param>
/// <param name="Step">From one to the next, above 0.</param>
/// <param name="Count">How many, at least one.</param>
/// <param name="IsDrawn">Whether one is drawn for each prompt, instead of each being combined with each.</param>
internal sealed record NumberRange(decimal From, decimal Step, int Count, bool IsDrawn)
{
    /// <summary>Most numbers that are combined with everything else.</summary>
    public const int MostValues = 10_000;

    private const int MostDrawn = 1_000_000_000;

    // So that no sum of them is beyond what a decimal holds exactly.
    private const decimal Largest = 1_000_000_000_000_000_000m;

    public IEnumerable<decimal> Values => Enumerable.Range(0, Count).Select(i => RecipeFields.Trimmed(From + (i * Step)));

    public static bool Is(YamlNode node) =>
        node is YamlMappingNode mapping && (YamlText.Child(mapping, "from") ?? YamlText.Child(mapping, "to") ?? YamlText.Child(mapping, "between")) is not null;

    /// <summary>Reads a range.</summary>
    /// <param name="mapping">The range, as <see cref="Is"/> knows one.</param>
    /// <param name="field">The field, for errors.</param>
    /// <param name="usualStep">The step where none is given; null where one must be.</param>
    /// <param name="errors">Takes what is wrong with it.</param>
    /// <returns>Null where anything is.</returns>
    public static NumberRange? Read(YamlMappingNode mapping, string field, decimal? usualStep, SpecificationErrors errors)
    {
        var before = errors.Count;
        decimal? from = null, to = null;
        var between = YamlText.Child(mapping, "between");
        if (between is YamlSequenceNode { Children: [YamlScalarNode low, YamlScalarNode high] } &&
            RecipeFields.TryParse(low.Value ?? "", out var smallest) && RecipeFields.TryParse(high.Value ?? "", out var largest))
        {
            (from, to) = (smallest, largest);
        }
        else if (between is not null)
        {
            errors.Add(YamlText.Line(between), $"{field}.between", YamlText.Shown(between), "two numbers, [smallest, largest]");
        }
        else
        {
            (from, to) = (errors.Number(mapping, field, "from", isNeeded: true), errors.Number(mapping, field, "to", isNeeded: true));
        }

        errors.CheckNames(mapping, field, between is not null ? ["between", "step"] : ["from", "to", "step"]);
        var step = errors.Number(mapping, field, "step", isNeeded: usualStep is null) ?? usualStep;
        if (errors.Count > before)
        {
            return null;
        }

        var most = between is null ? MostValues : MostDrawn;
        if (Math.Abs(from!.Value) > Largest || Math.Abs(to!.Value) > Largest || from > to)
        {
            errors.Add(YamlText.Line(mapping), field, Text($"{from} to {to}"), "a smaller number and a larger one");
        }
        else if (step <= 0)
        {
            errors.Add(YamlText.Line(mapping), $"{field}.step", Text($"{step}"), "above 0");
        }
        else if ((to - from) / most >= step)
        {
            errors.Add(YamlText.Line(mapping), field, Text($"{from} to {to} in steps of {step}"), Text($"at most {most} numbers"));
        }
        else
        {
            return new NumberRange(from!.Value, step!.Value, (int)((to!.Value - from.Value) / step.Value) + 1, between is not null);
        }

        return null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
