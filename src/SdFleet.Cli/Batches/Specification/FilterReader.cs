using System.Text.Json;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using YamlDotNet.RepresentationModel;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>
/// Reads <c>filters</c> and <c>redraw</c> of a specification: names for fields of a job, whose values the contracts' own reader checks.
/// </summary>
internal static class FilterReader
{
    private const string Filters = "filters";
    private const string Redraw = "redraw";

    private static readonly Dictionary<string, string> FilterFields = new(StringComparer.Ordinal)
    {
        ["minClipSimilarity"] = "minClipSimilarity",
        ["blank"] = "filterBlank",
        ["unsafe"] = "filterUnsafe",
        ["duplicateDistance"] = "duplicateDistance",
    };

    private static readonly Dictionary<string, string> RedrawFields = new(StringComparer.Ordinal) { ["max"] = "redraws" };

    /// <summary>A job with nothing but what the specification says of filters.</summary>
    public static SubmitJob Read(YamlMappingNode root, SpecificationErrors errors)
    {
        var fields = new Dictionary<string, object>(StringComparer.Ordinal) { ["prompt"] = "any" };
        Collect(root, Filters, FilterFields, fields, errors);
        Collect(root, Redraw, RedrawFields, fields, errors);
        var found = new List<FieldError>();
        var job = SubmissionReader.Read(JsonSerializer.SerializeToUtf8Bytes(fields), SubmissionDoor.Http, found);
        foreach (var error in found)
        {
            var (part, name) = RedrawFields.ContainsValue(error.Field)
                ? (Redraw, RedrawFields.Single(f => f.Value == error.Field).Key)
                : (Filters, FilterFields.Single(f => f.Value == error.Field).Key);
            errors.Add(YamlText.Line(YamlText.Child(root, part)!), error with { Field = $"{part}.{name}" });
        }

        if (job is { Redraws: > 0, MinClipSimilarity: null } && job.FilterBlank is not true && job.FilterUnsafe is not true && found.Count == 0)
        {
            errors.Add(
                YamlText.Line(YamlText.Child(root, Redraw)!), $"{Redraw}.max", $"{job.Redraws}", $"only with {Filters}.minClipSimilarity, blank or unsafe, which say what is drawn again");
        }

        return job with { Prompt = null };
    }

    private static void Collect(
        YamlMappingNode root, string part, Dictionary<string, string> known, Dictionary<string, object> fields, SpecificationErrors errors)
    {
        switch (YamlText.Child(root, part))
        {
            case null:
                break;
            case YamlMappingNode mapping:
                errors.CheckNames(mapping, part, [.. known.Keys]);
                foreach (var (name, field) in known)
                {
                    if (YamlText.Child(mapping, name) is { } value)
                    {
                        Add(value, $"{part}.{name}", field, fields, errors);
                    }
                }

                break;
            case { } other:
                errors.Add(YamlText.Line(other), part, YamlText.Shown(other), $"a mapping of {string.Join(", ", known.Keys)}");
                break;
        }
    }

    private static void Add(YamlNode value, string name, string field, Dictionary<string, object> fields, SpecificationErrors errors)
    {
        if (value is not YamlScalarNode { Value: { } text })
        {
            errors.Add(YamlText.Line(value), name, YamlText.Shown(value), RecipeFields.RuleOf(field).Limit);
        }
        else if (RecipeFields.TryParse(text, out var number))
        {
            fields[field] = number;
        }
        else
        {
            fields[field] = bool.TryParse(text, out var truth) ? truth : text;
        }
    }
}
