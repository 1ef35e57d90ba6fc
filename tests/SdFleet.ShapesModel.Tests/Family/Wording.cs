using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>Prompts in the plainest of the words that the models were taught.</summary>
internal static class Wording
{
    private static readonly string[] Numbers = ["a", "two", "three"];

    /// <summary>The facts in words; what they do not say is left out.</summary>
    public static string Of(Facts facts)
    {
        string?[] words =
        [
            Numbers[facts.Count - 1],
            facts.Size,
            facts.Color,
            facts.Count > 1 ? facts.Shape + "s" : facts.Shape,
            facts.Position is null ? null : World.Shapes128.Captions.PositionPhrases[facts.Position][0],
            $"on {Article(facts.Ground)} {facts.Ground} background",
        ];
        var text = string.Join(' ', words.OfType<string>());
        return facts is { Count: 1, Size: null, Color: "orange" } ? "an" + text[1..] : text;
    }

    private static string Article(string word) => word == "orange" ? "an" : "a";
}
