using System.Text.Json;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// What a model is best used with. A file sdfleet.json in the model folder may say it, each key optional: <c>defaultWidth</c>,
/// <c>defaultHeight</c>, <c>defaultSteps</c>, <c>defaultGuidanceScale</c>, <c>defaultScheduler</c>, and <c>sizes</c>, a list of
/// <c>[width, height]</c>. Else the size is that of the U-Net's configuration, and the rest is diffusers' default.
/// </summary>
public sealed record ModelDefaults
{
    private const string FileName = "sdfleet.json";
    private const int UnknownSide = 512;

    /// <summary>Pixels.</summary>
    public int Width { get; init; } = UnknownSide;

    /// <summary>Pixels.</summary>
    public int Height { get; init; } = UnknownSide;

    /// <summary>Denoising steps.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>Guidance scale.</summary>
    public double GuidanceScale { get; init; } = 7.5;

    /// <summary>The name of a scheduler; null for the model's own.</summary>
    public string? Scheduler { get; init; }

    /// <summary>The sizes that the model was made for; empty where it does not say.</summary>
    public IReadOnlyList<ImageSize> Sizes { get; init; } = [];

    /// <summary>Reads the defaults of a folder.</summary>
    internal static ModelDefaults Load(ModelFolder folder, int vaeScaleFactor)
    {
        ModelDefaults trained = FromUnet(folder, vaeScaleFactor);
        string file = Path.Combine(folder.Path, FileName);
        if (!File.Exists(file))
        {
            return trained;
        }

        using JsonDocument document = JsonFile.Read(file);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new ModelFormatException(file, "a JSON object", root.ValueKind.ToString());
        }

        return new()
        {
            Width = (int)Number("defaultWidth", trained.Width, vaeScaleFactor, GenerationLimits.MaxSide, vaeScaleFactor),
            Height = (int)Number("defaultHeight", trained.Height, vaeScaleFactor, GenerationLimits.MaxSide, vaeScaleFactor),
            Steps = (int)Number("defaultSteps", trained.Steps, 1, GenerationLimits.MaxSteps, multiple: 1),
            GuidanceScale = Number("defaultGuidanceScale", trained.GuidanceScale, 0, GenerationLimits.MaxGuidanceScale, multiple: null),
            Scheduler = SchedulerName(),
            Sizes = ReadSizes(),
        };

        double Number(string key, double fallback, double min, double max, int? multiple)
        {
            if (!root.TryGetProperty(key, out JsonElement value))
            {
                return fallback;
            }

            return value.ValueKind == JsonValueKind.Number
                && value.GetDouble() is var number && number >= min && number <= max
                && (multiple is null || number % multiple == 0)
                    ? number
                    : throw new ModelFormatException(
                        file,
                        FormattableString.Invariant($"a {key} within {min} to {max}{(multiple > 1 ? $", a multiple of {multiple}" : "")}"),
                        value.GetRawText());
        }

        string? SchedulerName()
        {
            if (!root.TryGetProperty("defaultScheduler", out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            return value.ValueKind == JsonValueKind.String && KnownSchedulers.Contains(value.GetString()!)
                ? value.GetString()
                : throw new ModelFormatException(
                    file, $"a defaultScheduler of {string.Join(", ", KnownSchedulers.Aliases)}", value.GetRawText());
        }

        List<ImageSize> ReadSizes()
        {
            List<ImageSize> sizes = [];
            if (root.TryGetProperty("sizes", out JsonElement list))
            {
                if (list.ValueKind != JsonValueKind.Array)
                {
                    throw new ModelFormatException(file, "sizes as a list of [width, height]", list.GetRawText());
                }

                foreach (JsonElement size in list.EnumerateArray())
                {
                    sizes.Add(TryReadPair(size, out int width, out int height)
                        ? new(width, height)
                        : throw new ModelFormatException(file, "sizes as a list of [width, height]", size.GetRawText()));
                }
            }

            return sizes;
        }
    }

    private static bool TryReadPair(JsonElement pair, out int first, out int second)
    {
        first = second = 0;
        return pair.ValueKind == JsonValueKind.Array
            && pair.GetArrayLength() == 2
            && pair.EnumerateArray().All(value => value.ValueKind == JsonValueKind.Number)
            && pair[0].TryGetInt32(out first)
            && pair[1].TryGetInt32(out second)
            && first > 0
            && second > 0;
    }

    private static ModelDefaults FromUnet(ModelFolder folder, int vaeScaleFactor)
    {
        using JsonDocument? config = folder.ReadConfig(ModelComponents.Unet);
        if (config is not null && config.RootElement.TryGetProperty("sample_size", out JsonElement sample))
        {
            if (sample.ValueKind == JsonValueKind.Number && sample.TryGetInt32(out int side) && side > 0)
            {
                return new() { Width = side * vaeScaleFactor, Height = side * vaeScaleFactor };
            }

            // Some models give height and width apart.
            if (TryReadPair(sample, out int height, out int width))
            {
                return new() { Width = width * vaeScaleFactor, Height = height * vaeScaleFactor };
            }
        }

        return new();
    }
}
