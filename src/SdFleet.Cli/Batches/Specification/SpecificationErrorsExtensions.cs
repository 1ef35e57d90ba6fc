using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>Checks that several parts of a specification share.</summary>
internal static class SpecificationErrorsExtensions
{
    /// <summary>A whole number within limits, or null, and an error.</summary>
    public static long? Whole(this SpecificationErrors errors, YamlNode node, string field, long min, long max)
    {
        if (node is YamlScalarNode scalar &&
            long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        errors.Add(YamlText.Line(node), field, YamlText.Shown(node), string.Create(CultureInfo.InvariantCulture, $"an integer from {min} to {max}"));
        return null;
    }

    /// <summary>A number, or null, and an error; null without one where there is no such child and none is needed.</summary>
    public static decimal? Number(this SpecificationErrors errors, YamlMappingNode mapping, string field, string name, bool isNeeded)
    {
        var node = YamlText.Child(mapping, name);
        if (node is YamlScalarNode scalar && RecipeFields.TryParse(scalar.Value ?? "", out var number))
        {
            return number;
        }

        if (node is not null || isNeeded)
        {
            errors.Add(YamlText.Line(node ?? mapping), $"{field}.{name}", node is null ? null : YamlText.Shown(node), "a number");
        }

        return null;
    }

    /// <summary>Adds an error for every name of a mapping that is none of these.</summary>
    public static void CheckNames(this SpecificationErrors errors, YamlMappingNode mapping, string? field, params IReadOnlyList<string> known)
    {
        foreach (var (key, value) in mapping.Children.Where(child => child.Key is not YamlScalarNode { Value: { } name } || !known.Contains(name)))
        {
            var name = key is YamlScalarNode scalar ? scalar.Value : "a name that is no text";
            errors.Add(YamlText.Line(key), field is null ? $"{name}" : $"{field}.{name}", YamlText.Shown(value) ?? "empty", $"not a field; the fields are {string.Join(", ", known)}");
        }
    }
}
