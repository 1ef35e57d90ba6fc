using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SdFleet.Diffusion.Imaging;

/// <summary>
/// The text that AUTOMATIC1111's web UI keeps in the PNG chunk "parameters", and that most image programs read: the
/// prompt, a line "Negative prompt: …", and a last line of "Name: value" pairs.
/// </summary>
public sealed partial record A1111Parameters
{
    /// <summary>The keyword of the PNG text chunk.</summary>
    public const string Keyword = "parameters";

    private const string NegativePrefix = "Negative prompt:";

    // Fewer pairs than this, and the last line is taken for prompt text.
    private const int FewestFields = 3;

    private static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The prompt; may have several lines.</summary>
    public required string Prompt { get; init; }

    /// <summary>The negative prompt, or an empty text.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>The pairs of the last line in their order. Three at least, or readers will not see them.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; }

    /// <summary>The value of a field, or null.</summary>
    public string? this[string name] => Fields.FirstOrDefault(f => f.Key == name).Value;

    /// <summary>
    /// The usual fields in their usual order. RNG is always there: without it readers take the noise for a GPU's.
    /// </summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="negativePrompt">The negative prompt.</param>
    /// <param name="steps">Denoising steps.</param>
    /// <param name="sampler">The sampler in the web UI's words, such as "Euler a".</param>
    /// <param name="guidanceScale">The guidance scale.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="rng">Where the noise came from: "CPU" or "GPU" ("NV" for a GPU's noise made on the CPU).</param>
    /// <param name="more">Fields that follow, such as "Model hash", "Model" and "Version".</param>
    public static A1111Parameters Create(
        string prompt,
        string negativePrompt,
        int steps,
        string sampler,
        double guidanceScale,
        long seed,
        int width,
        int height,
        string rng = "CPU",
        params ReadOnlySpan<KeyValuePair<string, string>> more)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        return new()
        {
            Prompt = prompt,
            NegativePrompt = negativePrompt,
            Fields =
            [
                new("Steps", steps.ToString(invariant)),
                new("Sampler", sampler),
                new("CFG scale", guidanceScale.ToString(invariant)),
                new("Seed", seed.ToString(invariant)),
                new("Size", string.Create(invariant, $"{width}x{height}")),
                new("RNG", rng),
                .. more,
            ],
        };
    }

    /// <summary>Reads the text; anything that is not in the format is taken as prompt, so this never fails.</summary>
    public static A1111Parameters Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> lines = [.. text.Trim().Split('\n').Select(line => line.Trim())];
        MatchCollection pairs = FieldPattern().Matches(lines[^1]);
        if (pairs.Count >= FewestFields)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        int negativeAt = lines.FindIndex(line => line.StartsWith(NegativePrefix, StringComparison.Ordinal));
        int promptLines = negativeAt < 0 ? lines.Count : negativeAt;
        string negative = string.Join('\n', lines.Skip(promptLines));
        return new()
        {
            Prompt = string.Join('\n', lines.Take(promptLines)),
            NegativePrompt = negativeAt < 0 ? "" : negative[NegativePrefix.Length..].TrimStart(),
            Fields = pairs.Count < FewestFields
                ? []
                : [.. pairs.Select(m => KeyValuePair.Create(m.Groups[1].Value, Unquote(m.Groups[2].Value)))],
        };
    }

    /// <summary>The text of the chunk.</summary>
    public override string ToString()
    {
        StringBuilder text = new(Prompt);
        if (NegativePrompt.Length > 0)
        {
            text.Append('\n').Append(NegativePrefix).Append(' ').Append(NegativePrompt);
        }

        return text.Append('\n').AppendJoin(", ", Fields.Select(f => $"{f.Key}: {Quote(f.Value)}")).ToString();
    }

    /// <summary>The text as a PNG chunk.</summary>
    public PngText ToPngText() => new(Keyword, ToString().Replace("\0", "", StringComparison.Ordinal));

    private static string Quote(string value) =>
        value.AsSpan().ContainsAny(",:\n") ? JsonSerializer.Serialize(value, Quoting) : value;

    private static string Unquote(string value)
    {
        if (value is not ['"', .., '"'])
        {
            return value;
        }

        try
        {
            return JsonSerializer.Deserialize<string>(value)!;
        }
        catch (JsonException)
        {
            return value;
        }
    }

    [GeneratedRegex("""\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)""")]
    private static partial Regex FieldPattern();
}
