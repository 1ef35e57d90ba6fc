using System.Globalization;
using System.Text;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using YamlDotNet.RepresentationModel;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>
/// Reads <c>loras</c> of a specification: a list of LoRAs, as a line of JSON has it, for every job; or a list of such lists, each
/// combined with everything else, of which an empty one is none.
/// </summary>
internal static class LoraChoices
{
    /// <summary>Reads them.</summary>
    /// <param name="node">The value.</param>
    /// <param name="errors">Takes what is wrong with it.</param>
    public static IReadOnlyList<FieldValue> Read(YamlNode node, SpecificationErrors errors) =>
        node is YamlSequenceNode { Children: { Count: > 0 } members } && members.All(m => m is YamlSequenceNode)
            ? [.. members.Select(m => m is YamlSequenceNode { Children.Count: 0 } ? new FieldValue("", null) : One(m, errors))]
            : [One(node, errors)];

    private static FieldValue One(YamlNode node, SpecificationErrors errors)
    {
        // The contracts' own reader of lines says what is wrong.
        var wrong = new List<FieldError>();
        var line = $"{{\"prompt\":\"any\",\"loras\":{YamlText.ToCanonicalJson(node, folder: "")}}}";
        var loras = SubmissionReader.Read(Encoding.UTF8.GetBytes(line), SubmissionDoor.Http, wrong).Loras;
        foreach (var error in wrong)
        {
            errors.Add(YamlText.Line(node), error);
        }

        return new FieldValue(TextOf(loras ?? []), null) { Loras = loras };
    }

    /// <summary>LoRAs as a person reads them.</summary>
    public static string TextOf(IEnumerable<RecipeLora> loras) =>
        string.Join(" + ", loras.Select(l => l.Weight == 1 ? l.Name : string.Create(CultureInfo.InvariantCulture, $"{l.Name}:{l.Weight}")));
}
