using System.Globalization;
using System.Text.RegularExpressions;
using SdFleet.Cli.Batches.Random;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Validation;
using YamlDotNet.RepresentationModel;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>Reads a specification and finds everything that is wrong with it.</summary>
internal sealed partial class SpecificationReader
{
    private const int MostSeedsPerPrompt = 1_000_000;

    // Guidance and strengths have no smallest step of their own; a tenth is as fine as anybody tells apart.
    private const decimal FractionStep = 0.1m;

    private static readonly IReadOnlyList<string> Names =
        ["seed", "prompts", "lists", "sample", "images", "seedsPerPrompt", "seeds", "sizes", InputReader.Name, "filters", "redraw", .. RecipeFields.Names];

    private static readonly IReadOnlyList<string> SizeFields = ["width", "height"];

    private readonly YamlMappingNode _root;
    private readonly SpecificationErrors _errors = new();
    private readonly ItemReader _items;
    private readonly List<FieldAxis> _axes = [];
    private readonly List<FieldDraw> _draws = [];

    private SpecificationReader(string path, YamlMappingNode root)
    {
        _root = root;
        _items = new ItemReader(FolderOf(path), _errors);
    }

    /// <summary>Reads a file of YAML or JSON.</summary>
    /// <exception cref="CliException">Lists all that is wrong with it.</exception>
    public static SpecificationSource Read(string path)
    {
        var root = YamlText.ReadMapping(path);
        var reader = new SpecificationReader(path, root);
        var specification = reader.Read();
        reader._errors.ThrowIfAny(path);
        return new SpecificationSource(path, specification!, YamlText.ToCanonicalJson(root, FolderOf(path)));
    }

    private BatchSpecification? Read()
    {
        _errors.CheckNames(_root, null, Names);
        var seed = (ulong)(Whole("seed", 0, SubmitJobFields.MaxSeed) ?? 0);
        var sample = Whole("sample", 1, BatchSpecification.MaxJobs);
        var imagesRule = RecipeFields.RuleOf("images");
        var images = (int)(Whole("images", (long)imagesRule.Min, (long)imagesRule.Max) ?? 1);
        var prompts = ReadPrompts(ReadLists());
        for (var field = 0; field < RecipeFields.Names.Count; field++)
        {
            // Together they are one choice, in the place of the width.
            if (field == RecipeFields.Width && Child("sizes") is { } sizes)
            {
                ReadSizes(sizes);
            }

            if (field == RecipeFields.InitImage && Child(InputReader.Name) is { } inputs)
            {
                ReadInputs(inputs);
            }

            if (Child(RecipeFields.Names[field]) is { } node)
            {
                ReadField(field, node, seed);
            }
        }

        var seeds = ReadSeeds(seed, images);
        var filters = FilterReader.Read(_root, _errors);
        if (_errors.Count > 0)
        {
            return null;
        }

        var specification = new BatchSpecification(seed, prompts, _axes, _draws, sample, images, seeds, filters);
        CheckCounts(specification);
        return specification;
    }

    private Dictionary<string, IReadOnlyList<string>> ReadLists()
    {
        var lists = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (Child("lists") is not { } node)
        {
            return lists;
        }

        if (node is not YamlMappingNode mapping)
        {
            _errors.Add(YamlText.Line(node), "lists", YamlText.Shown(node), "a mapping of names to lists");
            return lists;
        }

        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!ListName().IsMatch(name))
            {
                _errors.Add(YamlText.Line(key), "lists", YamlText.Shown(key), "names of letters, digits, '_' and '-' that begin with a letter");
            }

            // A list with mistakes is still a list that prompts may name.
            lists[name] = ItemReader.Weighted(_items.Read(value, $"lists.{name}"), item => item.Text) is { Count: > 0 } items ? items : [""];
        }

        return lists;
    }

    private List<PromptTemplate> ReadPrompts(Dictionary<string, IReadOnlyList<string>> lists)
    {
        var templates = new List<PromptTemplate>();
        if (Child("prompts") is not { } node)
        {
            _errors.Add(YamlText.Line(_root), "prompts", null, "a prompt or a list of them, such as \"a {color} circle\"");
            return templates;
        }

        var rule = RecipeFields.RuleOf("prompt");
        foreach (var item in _items.Read(node, "prompts"))
        {
            var wrong = new List<string>();
            var template = PromptTemplate.Parse(item.Text, lists, wrong);
            foreach (var limit in wrong)
            {
                _errors.Add(item.Where, item.Field, YamlText.Quoted(item.Text), limit);
            }

            if (template is not null && (template.ShortestLength < rule.MinLength || template.LongestLength > rule.MaxLength))
            {
                _errors.Add(
                    item.Where, item.Field, YamlText.Quoted(item.Text), $"makes prompts of {Number(template.ShortestLength)} to {Number(template.LongestLength)} characters; {rule.Limit}");
            }
            else if (template is not null)
            {
                templates.AddRange(Enumerable.Repeat(template, item.Weight));
            }
        }

        return templates;
    }

    private void ReadField(int field, YamlNode node, ulong seed)
    {
        var name = RecipeFields.Names[field];
        if (RecipeFields.IsNumber(name) && NumberRange.Is(node))
        {
            var usualStep = RecipeFields.IsWholeNumber(name) ? RecipeFields.RuleOf(name).MultipleOf : FractionStep;
            if (NumberRange.Read((YamlMappingNode)node, name, usualStep, _errors) is not { } range || !IsAllowed(range, name, node))
            {
                return;
            }

            if (range.IsDrawn)
            {
                _draws.Add(new FieldDraw(field, range.From, range.Step, range.Count, SplitMix64.ForPurpose(seed, name)));
            }
            else
            {
                _axes.Add(new FieldAxis(name, [field], [.. range.Values.Select(value => new FieldValue[] { new(null, value) })]));
            }

            return;
        }

        if (field == RecipeFields.Loras)
        {
            _axes.Add(new FieldAxis(name, [field], [.. LoraChoices.Read(node, _errors).Select(value => new[] { value })]));
            return;
        }

        if (field == RecipeFields.SchedulerSettings)
        {
            _axes.Add(new FieldAxis(name, [field], [.. SchedulerChoices.Read(node, _errors).Select(value => new[] { value })]));
            return;
        }

        AddAxis(name, [field], _items.Read(node, name), item => [Parse(name, item.Text, item)]);
    }

    // A step that does not fit shows at the second number, a range that is too large at its ends.
    private bool IsAllowed(NumberRange range, string name, YamlNode node)
    {
        var wrong = new List<FieldError>();
        foreach (var value in new[] { range.From, range.From + (Math.Min(1, range.Count - 1) * range.Step), range.From + ((range.Count - 1) * range.Step) }.Distinct())
        {
            RecipeFields.Check(name, new FieldValue(null, value), wrong);
        }

        foreach (var error in wrong)
        {
            _errors.Add(YamlText.Line(node), error);
        }

        return wrong.Count == 0;
    }

    private void ReadSizes(YamlNode node)
    {
        CheckBeside("sizes", SizeFields);
        AddAxis("sizes", [RecipeFields.Width, RecipeFields.Height], _items.Read(node, "sizes"), item =>
        {
            if (Size().Match(item.Text) is { Success: true } size)
            {
                return [Parse("width", size.Groups[1].Value, item), Parse("height", size.Groups[2].Value, item)];
            }

            _errors.Add(item.Where, item.Field, YamlText.Quoted(item.Text), "width and height, such as 512x768");
            return [];
        });
    }

    private void ReadInputs(YamlNode node)
    {
        CheckBeside(InputReader.Name, InputReader.Fields.Select(field => RecipeFields.Names[field]));
        if (InputReader.Read(node, _errors) is { Count: > 0 } values)
        {
            _axes.Add(new FieldAxis(InputReader.Name, InputReader.Fields, values));
        }
    }

    private void CheckBeside(string name, IEnumerable<string> others)
    {
        foreach (var other in others.Where(other => Child(other) is not null))
        {
            _errors.Add(YamlText.Line(Child(other)!), other, YamlText.Shown(Child(other)!), $"not beside \"{name}\", which sets it");
        }
    }

    private void AddAxis(string name, IReadOnlyList<int> fields, IReadOnlyList<Item> items, Func<Item, IReadOnlyList<FieldValue>> value)
    {
        // Each once, however much it counts, so that a mistake is told once.
        var values = items.ToDictionary(item => item, value);
        if (values.Count > 0)
        {
            _axes.Add(new FieldAxis(name, fields, ItemReader.Weighted(items, item => values[item])));
        }
    }

    private FieldValue Parse(string field, string text, Item item)
    {
        var wrong = new List<FieldError>();
        var value = RecipeFields.Parse(field, text, wrong);
        foreach (var error in wrong)
        {
            _errors.Add(item.Where, error);
        }

        return value;
    }

    private SeedChoice ReadSeeds(ulong seed, int images)
    {
        var perPrompt = Whole("seedsPerPrompt", 1, MostSeedsPerPrompt);
        if (Child("seeds") is not { } node)
        {
            return SeedChoice.Drawn((int)(perPrompt ?? 1), seed, images);
        }

        if (perPrompt is not null)
        {
            _errors.Add(YamlText.Line(node), "seeds", YamlText.Shown(node), "not beside \"seedsPerPrompt\", which has them drawn");
        }

        var seeds = new List<long>();
        if (NumberRange.Is(node))
        {
            if (NumberRange.Read((YamlMappingNode)node, "seeds", 1, _errors) is { } range)
            {
                if (range.IsDrawn)
                {
                    _errors.Add(YamlText.Line(node), "seeds", "between", "a list, or {from: N, to: N}; to have them drawn, leave \"seeds\" out");
                }
                else
                {
                    seeds.AddRange(range.Values.Select(value => SeedOf(new FieldValue(null, value), YamlText.Line(node), images)));
                }
            }
        }
        else
        {
            foreach (var item in _items.Read(node, "seeds"))
            {
                var value = RecipeFields.TryParse(item.Text, out var number) ? new FieldValue(null, number) : new FieldValue(item.Text, null);
                seeds.AddRange(Enumerable.Repeat(SeedOf(value, item.Where, images), item.Weight));
            }
        }

        return SeedChoice.Given(seeds.Count > 0 ? seeds : [0]);
    }

    private long SeedOf(FieldValue value, string where, int images)
    {
        var wrong = new List<FieldError>();
        RecipeFields.Check("seed", value, wrong);
        if (wrong.Count == 0 && value.Number > SubmitJobFields.MaxSeed - (images - 1))
        {
            wrong.Add(new FieldError("seed", value.ToString(), $"at most {Number(SubmitJobFields.MaxSeed)} for the last picture, whose seed is seed + images - 1"));
        }

        foreach (var error in wrong)
        {
            _errors.Add(where, error with { Field = "seeds" });
        }

        return wrong.Count == 0 ? (long)value.Number!.Value : 0;
    }

    private void CheckCounts(BatchSpecification specification)
    {
        var where = YamlText.Line(Child("sample") ?? _root);
        if (specification.Sample is not null && specification.Combinations > IndexPermutation.MaxSize)
        {
            _errors.Add(where, "lists", "more than 2^126 combinations", "at most so many to draw a sample from");
        }
        else if (specification.Jobs > (UInt128)BatchSpecification.MaxJobs)
        {
            var each = specification.Seeds.PerPrompt > 1 ? $" with {Number(specification.Seeds.PerPrompt)} seeds each" : "";
            var most = $"at most {Number(BatchSpecification.MaxJobs / specification.Seeds.PerPrompt)} combinations{each}, to stay within {Number(BatchSpecification.MaxJobs)} jobs";
            var all = specification.Combinations == UInt128.MaxValue ? "more than 10^38" : specification.Combinations.ToString(CultureInfo.InvariantCulture);
            _errors.Add(where, "sample", specification.Sample is { } sample ? Number(sample) : $"all {all}", most);
        }
    }

    private long? Whole(string name, long min, long max) => Child(name) is { } node ? _errors.Whole(node, name, min, max) : null;

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private YamlNode? Child(string name) => YamlText.Child(_root, name);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]*$")]
    private static partial Regex ListName();

    [GeneratedRegex("^([0-9]+)[xX]([0-9]+)$")]
    private static partial Regex Size();
}
