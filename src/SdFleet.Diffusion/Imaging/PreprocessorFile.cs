using System.Text.Json;

namespace SdFleet.Diffusion.Imaging;

/// <summary>
/// A preprocessor_config.json, in which transformers' image processors write what becomes of an image before a network sees it. Read value
/// by value; a key that is null counts as absent.
/// </summary>
internal sealed class PreprocessorFile : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string Name = "preprocessor_config.json";

    // Pixels; no network takes near as many.
    private const int MaxSide = 4096;

    private readonly string _file;
    private readonly JsonDocument _document;

    private PreprocessorFile(string file, JsonDocument document)
    {
        _file = file;
        _document = document;
    }

    /// <summary>Opens a file; the caller disposes it. Values that are not what they must be raise the same error.</summary>
    /// <exception cref="ModelFormatException">It is missing, or no JSON object.</exception>
    public static PreprocessorFile Open(string file)
    {
        JsonDocument document = JsonFile.Read(file);
        if (document.RootElement is { ValueKind: JsonValueKind.Object })
        {
            return new(file, document);
        }

        using (document)
        {
            throw new ModelFormatException(file, "a JSON object", document.RootElement.GetRawText());
        }
    }

    /// <summary>A key of true or false.</summary>
    public bool Flag(string key, bool absent) => Find(key) is not { } value ? absent : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong($"a {key} of true or false", value),
    };

    /// <summary>A number within bounds.</summary>
    public double Number(string key, double absent, double min, double max) => Find(key) is not { } value ? absent
        : value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number >= min && number <= max ? number
        : throw Wrong(FormattableString.Invariant($"a {key} within {min} to {max}"), value);

    /// <summary>A whole number within bounds.</summary>
    public int Whole(string key, int absent, int min, int max) => Find(key) is { } value ? Whole(key, value, min, max) : absent;

    /// <summary>Three numbers, one a channel.</summary>
    /// <param name="key">The key.</param>
    /// <param name="absent">What an absent key means; null where it must be there.</param>
    /// <param name="above">What each number must be above.</param>
    public double[] Channels(string key, double[]? absent = null, double above = double.NegativeInfinity)
    {
        string bound = double.IsFinite(above) ? FormattableString.Invariant($" above {above}") : "";
        string expected = FormattableString.Invariant($"an {key} of {RgbImage.Channels} numbers{bound}");
        if (Find(key) is not { } value)
        {
            return absent ?? throw new ModelFormatException(_file, expected, "none");
        }

        return value.ValueKind == JsonValueKind.Array
            && value.GetArrayLength() == RgbImage.Channels
            && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number && v.GetDouble() > above)
                ? [.. value.EnumerateArray().Select(v => v.GetDouble())]
                : throw Wrong(expected, value);
    }

    /// <summary>How images are resized, in Pillow's numbers.</summary>
    /// <param name="absent">What an absent key means.</param>
    public ResizeFilter Filter(ResizeFilter absent) => Find("resample") is not { } value ? absent : Whole("resample", value, 1, 3) switch
    {
        1 => ResizeFilter.Lanczos,
        2 => ResizeFilter.Bilinear,
        _ => ResizeFilter.Bicubic,
    };

    /// <summary>One length in pixels: a number as older files have it, or an object that says it under each of some names.</summary>
    /// <param name="key">The key, which must be there.</param>
    /// <param name="names">The names that an object must have, all with the same number.</param>
    public int Side(string key, params string[] names)
    {
        string expected = $"a {key} of one {string.Join(" and ", names)}";
        if (Find(key) is not { } value)
        {
            throw new ModelFormatException(_file, expected, "none");
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return Whole(key, value, 1, MaxSide);
        }

        int[] sides = [.. names.Select(name => value.TryGetProperty(name, out JsonElement side) ? Whole(key, side, 1, MaxSide) : 0)];
        return sides[0] > 0 && sides.All(side => side == sides[0]) ? sides[0] : throw Wrong(expected, value);
    }

    /// <summary>Height and width in pixels: one number for both as older files have it, or an object with both or either.</summary>
    /// <param name="key">The key.</param>
    /// <param name="absent">What an absent one is.</param>
    public (int Height, int Width) Size(string key, int absent)
    {
        if (Find(key) is not { } value)
        {
            return (absent, absent);
        }

        if (value.ValueKind == JsonValueKind.Number)
        {
            int side = Whole(key, value, 1, MaxSide);
            return (side, side);
        }

        return value.ValueKind == JsonValueKind.Object
            ? (In("height"), In("width"))
            : throw Wrong($"a {key} of a number or of height and width", value);

        int In(string name) => value.TryGetProperty(name, out JsonElement side) ? Whole(name, side, 1, MaxSide) : absent;
    }

    /// <summary>The error for a value that is well-formed, and asks for what cannot be done.</summary>
    public ModelFormatException Wrong(string key, string expected) =>
        new(_file, expected, Find(key) is { } value ? value.GetRawText() : "none");

    /// <summary>Closes the file; what was read stays.</summary>
    public void Dispose() => _document.Dispose();

    private int Whole(string key, JsonElement value, int min, int max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int whole) && whole >= min && whole <= max
            ? whole
            : throw Wrong(FormattableString.Invariant($"a {key} within {min} to {max}"), value);

    private JsonElement? Find(string key) =>
        _document.RootElement.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private ModelFormatException Wrong(string expected, JsonElement found) => new(_file, expected, found.GetRawText());
}
