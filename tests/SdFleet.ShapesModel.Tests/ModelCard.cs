using System.Globalization;
using System.Text.RegularExpressions;

namespace SdFleet.ShapesModel.Tests;

/// <summary>What the model's README.md says of it.</summary>
internal static class ModelCard
{
    /// <summary>A figure in percent: the first one in the table row that begins with the attribute; null where there is none.</summary>
    public static double? Figure(string attribute)
    {
        var card = File.ReadAllText(Path.Combine(ShapesModelFolder.Path, "README.md"));
        var pattern = $@"^\| *{attribute}\b[^|\n]*\|[^\n]*?(?<figure>[0-9]+(\.[0-9]+)?) *%";
        var row = Regex.Match(card, pattern, RegexOptions.Multiline | RegexOptions.IgnoreCase);
        return row.Success ? double.Parse(row.Groups["figure"].Value, CultureInfo.InvariantCulture) : null;
    }
}
