using System.Text.Json;
using System.Text.Json.Nodes;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using YamlDotNet.RepresentationModel;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>
/// Reads <c>schedulerSettings</c> of a specification: a mapping, as a line of JSON has it, for every job; or a list of such mappings, each
/// combined with everything else, of which an empty one is none.
/// </summary>
internal static class SchedulerChoices
{
    /// <summary>Reads them.</summary>
    /// <param name="node">The value.</param>
    /// <param name="errors">Takes what is wrong with it.</param>
    public static IReadOnlyList<FieldValue> Read(YamlNode node, SpecificationErrors errors) =>
        node is YamlSequenceNode { Children.Count: > 0 } list ? [.. list.Children.Select(member => One(member, errors))] : [One(node, errors)];

    private static FieldValue One(YamlNode node, SpecificationErrors errors)
    {
        var wrong = new List<FieldError>();
        var settings = ToJson(node) is { } given ? SchedulerSettingsReader.Read(JsonSerializer.SerializeToElement(given), wrong) : null;
        foreach (var error in wrong)
        {
            errors.Add(YamlText.Line(node), error);
        }

        return settings is null || settings == new SchedulerSettings() ? new FieldValue("", null) : new FieldValue(settings.ToString(), null) { SchedulerSettings = settings };
    }

    private static JsonNode? ToJson(YamlNode node) => node is YamlMappingNode mapping
        ? new JsonObject(mapping.Children.Select(child => KeyValuePair.Create(child.Key.ToString(), ToJson(child.Key.ToString(), child.Value))))
        : Plain(node);

    // YAML has words for true and false, which are texts in the canonical form.
    private static JsonNode? ToJson(string name, YamlNode node) =>
        node is YamlScalarNode scalar && SchedulerSettingsFields.All.Any(rule => rule.Name == name && rule.Kind == FieldKind.Truth) && bool.TryParse(scalar.Value, out var truth)
            ? truth
            : Plain(node);

    private static JsonNode? Plain(YamlNode node) => JsonNode.Parse(YamlText.ToCanonicalJson(node, folder: ""));
}
