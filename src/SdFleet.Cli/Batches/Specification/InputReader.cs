using SdFleet.Contracts.Validation;
using YamlDotNet.RepresentationModel;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>
/// Reads <c>inputs</c> of a specification: uploaded pictures that go together, as a picture and its mask, each pair combined with
/// everything else.
/// </summary>
internal static class InputReader
{
    public const string Name = "inputs";

    private const string Expected = "{initImage: SHA256, mask: SHA256, depthMap: SHA256}, of which one needs the first only, or a list of such";

    /// <summary>The fields that it sets, in the order in which an axis has them.</summary>
    public static IReadOnlyList<int> Fields { get; } = [RecipeFields.InitImage, RecipeFields.Mask, RecipeFields.DepthMap];

    /// <summary>Reads them.</summary>
    /// <param name="node">The value.</param>
    /// <param name="errors">Takes what is wrong with it.</param>
    /// <returns>The pictures of each choice, in the order of <see cref="Fields"/>, as often as it counts.</returns>
    public static IReadOnlyList<IReadOnlyList<FieldValue>> Read(YamlNode node, SpecificationErrors errors)
    {
        IReadOnlyList<YamlNode> members = node is YamlSequenceNode list ? [.. list.Children] : [node];
        if (members.Count is 0 or > ItemReader.MostItems)
        {
            errors.Add(YamlText.Line(node), Name, FormattableString.Invariant($"a list of {members.Count}"), FormattableString.Invariant($"1 to {ItemReader.MostItems} of {Expected}"));
            return [];
        }

        return [.. members.SelectMany((member, i) => One(member, node is YamlSequenceNode ? FormattableString.Invariant($"{Name}[{i + 1}]") : Name, errors))];
    }

    private static IEnumerable<IReadOnlyList<FieldValue>> One(YamlNode node, string field, SpecificationErrors errors)
    {
        var names = Fields.Select(f => RecipeFields.Names[f]).ToList();
        if (node is not YamlMappingNode mapping || YamlText.Child(mapping, names[0]) is null)
        {
            errors.Add(YamlText.Line(node), field, YamlText.Shown(node), Expected);
            return [];
        }

        errors.CheckNames(mapping, field, [.. names, "weight"]);
        var weight = YamlText.Child(mapping, "weight") is { } given ? errors.Whole(given, $"{field}.weight", 1, ItemReader.LargestWeight) : 1;
        var values = names.ConvertAll(name => YamlText.Child(mapping, name) is { } value ? Picture(value, name, field, errors) : default);
        return Enumerable.Repeat(values, (int)(weight ?? 1));
    }

    private static FieldValue Picture(YamlNode node, string name, string field, SpecificationErrors errors)
    {
        var wrong = new List<FieldError>();
        var value = new FieldValue((node as YamlScalarNode)?.Value ?? "", null);
        RecipeFields.Check(name, value, wrong);
        foreach (var error in wrong)
        {
            errors.Add(YamlText.Line(node), error with { Field = $"{field}.{name}", Value = YamlText.Shown(node) });
        }

        return value;
    }
}
