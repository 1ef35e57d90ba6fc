using System.Globalization;
using System.Text.Json;

namespace SdFleet.Contracts.Validation;

/// <summary>What an error shows of a text that somebody sent.</summary>
internal static class ShownText
{
    private const int MaxLength = 80;

    /// <summary>A value as JSON writes it, shortened; what has parts, by its kind.</summary>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => Of(value.GetRawText()),
    };

    /// <summary>The text, or its beginning and how long it is.</summary>
    public static string Of(string text)
    {
        if (text.Length <= MaxLength)
        {
            return text;
        }

        // Half a surrogate pair is no text any more: neither a database nor UTF-8 takes it.
        var shown = char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, shown)}… ({text.Length} characters)");
    }
}
