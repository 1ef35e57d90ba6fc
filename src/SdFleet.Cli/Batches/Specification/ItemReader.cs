using System.Globalization;
using System.Text;
using YamlDotNet.RepresentationModel;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>
/// Reads values wherever a specification may have several: one, a list of them, or <c>{file: NAME}</c> with one a line. An item of
/// a list may be <c>{value: TEXT, weight: N}</c>, which counts as N items.
/// </summary>
internal sealed class ItemReader(string folder, SpecificationErrors errors)
{
    public const int MostItems = 1_000_000;
    public const int LargestWeight = 1000;

    private const string Expected = "a value, a list of values, or {file: NAME} with a value a line";

    public IReadOnlyList<Item> Read(YamlNode node, string field)
    {
        var items = node switch
        {
            YamlMappingNode file => ReadFile(file, field),
            YamlSequenceNode list => [.. list.Children.Select((item, i) => ReadItem(item, $"{field}[{i + 1}]")).OfType<Item>()],
            _ => ReadItem(node, field) is { } single ? [single] : new List<Item>(),
        };
        if (node is YamlSequenceNode { Children.Count: 0 })
        {
            errors.Add(YamlText.Line(node), field, "an empty list", Expected);
        }

        var count = items.Sum(item => (long)item.Weight);
        if (count <= MostItems)
        {
            return items;
        }

        errors.Add(YamlText.Line(node), field, string.Create(CultureInfo.InvariantCulture, $"{count} items, each as often as its weight says"), $"at most {MostItems}");
        return [];
    }

    /// <summary>The values as often as they count.</summary>
    public static IReadOnlyList<T> Weighted<T>(IEnumerable<Item> items, Func<Item, T> value) =>
        [.. items.SelectMany(item => Enumerable.Repeat(value(item), item.Weight))];

    private Item? ReadItem(YamlNode node, string field)
    {
        if (node is YamlScalarNode scalar && !YamlText.IsNothing(scalar))
        {
            return new Item(scalar.Value!, 1, YamlText.Line(node), field);
        }

        if (node is YamlMappingNode mapping && YamlText.Child(mapping, "value") is YamlScalarNode value && !YamlText.IsNothing(value))
        {
            errors.CheckNames(mapping, field, "value", "weight");
            var weight = YamlText.Child(mapping, "weight") is { } given ? errors.Whole(given, $"{field}.weight", 1, LargestWeight) : 1;
            return weight is { } times ? new Item(value.Value!, (int)times, YamlText.Line(node), field) : null;
        }

        errors.Add(YamlText.Line(node), field, YamlText.Shown(node), "a text (in quotes where it begins with a brace), or {value: TEXT, weight: N}");
        return null;
    }

    private List<Item> ReadFile(YamlMappingNode mapping, string field)
    {
        if (YamlText.Child(mapping, "file") is not YamlScalarNode { Value: { Length: > 0 } name })
        {
            errors.Add(YamlText.Line(mapping), field, YamlText.Shown(mapping), Expected);
            return [];
        }

        errors.CheckNames(mapping, field, "file");
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            errors.Add(YamlText.Line(mapping), $"{field}.file", YamlText.Quoted(name), "a text file that is there; its place is told from the specification's folder");
            return [];
        }

        try
        {
            using var reader = Utf8File.Open(path);
            var items = new List<Item>();
            for (var line = 1; reader.ReadLine() is { } text; line++)
            {
                if (text.AsSpan().Trim() is { IsEmpty: false } trimmed && trimmed[0] != '#')
                {
                    var where = string.Create(CultureInfo.InvariantCulture, $"{name}, line {line}");
                    items.Add(new Item(trimmed.ToString(), 1, where, $"{field}[{items.Count + 1}]"));
                }
            }

            if (items.Count == 0)
            {
                errors.Add(YamlText.Line(mapping), $"{field}.file", YamlText.Quoted(name), "a value a line, and at least one");
            }

            return items;
        }
        catch (DecoderFallbackException)
        {
            errors.Add(YamlText.Line(mapping), $"{field}.file", YamlText.Quoted(name), "text in UTF-8");
            return [];
        }
    }
}
