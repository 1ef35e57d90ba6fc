using System.Globalization;
using System.Text.Json.Serialization;

namespace SdFleet.Contracts.Images;

/// <summary>What a job's filters measured of a picture; null where they did not ask.</summary>
public sealed record ImageScores
{
    /// <summary>Cosine similarity of picture and prompt by a CLIP model, -1 to 1, to four places.</summary>
    public double? ClipSimilarity { get; init; }

    /// <summary>Whether it is of one colour, or of values that are no numbers.</summary>
    public bool? IsBlank { get; init; }

    /// <summary>Whether the model's safety checker objects to it.</summary>
    public bool? IsUnsafe { get; init; }

    /// <summary>Perceptual hash: 64 bits as 16 digits of lower-case hex.</summary>
    public string? PerceptualHash { get; init; }

    /// <summary><see cref="PerceptualHash"/> as a number; null where there is none.</summary>
    [JsonIgnore]
    public ulong? PerceptualHashBits =>
        PerceptualHash is { Length: 16 } text && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits) ? bits : null;
}
