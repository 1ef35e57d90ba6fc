using System.Text.Json;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// What a model is best used with. A file sdfleet.json in the model folder may say it, each key optional: <c>defaultWidth</c>,
/// <c>defaultHeight</c>, <c>defaultSteps</c>, <c>defaultGuidanceScale</c>, <c>defaultScheduler</c>, and <c>sizes</c>, a list of
/// <c>[width, height]</c>. Else the size is that of the U-Net's configuration, or the one that the model was exported for, and the rest is
/// diffusers' default for models of its sort: those distilled for few steps are known by their scheduler.
/// </summary>
public sealed record ModelDefaults
{
    private const string FileName = "sdfleet.json";
    private const int UnknownSide = 512, UnknownXlSide = 1024;
    private const int FewSteps = 4;

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
    /// <param name="folder">The folder.</param>
    /// <param name="model">What was found out about the model.</param>
    /// <exception cref="ModelFormatException">The file says what cannot be.</exception>
    internal static ModelDefaults Load(ModelFolder folder, PipelineInfo model)
    {
        int multiple = model.SizeMultiple;
        ModelDefaults trained = WithFixedSize(WithFewSteps(FromUnet(folder, model), model), model.FixedShape);
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
            Width = Side("defaultWidth", trained.Width, model.FixedShape.Width),
            Height = Side("defaultHeight", trained.Height, model.FixedShape.Height),
            Steps = (int)Number("defaultSteps", trained.Steps, 1, GenerationLimits.MaxSteps, multiple: 1),
            GuidanceScale = Number("defaultGuidanceScale", trained.GuidanceScale, 0, GenerationLimits.MaxGuidanceScale, multiple: null),
            Scheduler = SchedulerName(),
            Sizes = ReadSizes(),
        };

        int Side(string key, int fallback, int? only) => (int)Number(
            key, fallback, only ?? multiple, only ?? GenerationLimits.MaxSide, multiple);

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

        IReadOnlyList<ImageSize> ReadSizes()
        {
            if (!root.TryGetProperty("sizes", out JsonElement list))
            {
                return trained.Sizes;
            }

            if (list.ValueKind != JsonValueKind.Array)
            {
                throw new ModelFormatException(file, "sizes as a list of [width, height]", list.GetRawText());
            }

            List<ImageSize> sizes = [];
            foreach (JsonElement size in list.EnumerateArray())
            {
                sizes.Add(TryReadPair(size, out int width, out int height) && model.FixedShape.Takes(width, height)
                    ? new(width, height)
                    : throw new ModelFormatException(
                        file, $"sizes as a list of [width, height]{model.FixedShape.Describe(", all of them ")}", size.GetRawText()));
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

    private static ModelDefaults FromUnet(ModelFolder folder, PipelineInfo model)
    {
        bool xl = model.Family != ModelFamily.StableDiffusion;
        int unknown = xl ? UnknownXlSide : UnknownSide;

        // diffusers' default for inpainting is the same in all families.
        bool upscales = model.Kind == ModelKind.Upscaling;
        ModelDefaults usual = new()
        {
            Width = unknown,
            Height = unknown,
            Steps = upscales ? 75 : 50,
            GuidanceScale = upscales ? 9 : xl && model.Kind == ModelKind.General ? 5 : 7.5,
        };
        using JsonDocument? config = folder.ReadConfig(ModelComponents.Unet);
        if (config is not null && config.RootElement.TryGetProperty("sample_size", out JsonElement sample))
        {
            if (sample.ValueKind == JsonValueKind.Number && sample.TryGetInt32(out int side) && side > 0)
            {
                return usual with { Width = side * model.SizeMultiple, Height = side * model.SizeMultiple };
            }

            // Some models give height and width apart.
            if (TryReadPair(sample, out int height, out int width))
            {
                return usual with { Width = width * model.SizeMultiple, Height = height * model.SizeMultiple };
            }
        }

        return usual;
    }

    // LCM; and the adversarially distilled ones (Turbo, Lightning), which come with an Euler scheduler that begins at pure noise, as nothing
    // else does but models trained down to no signal at all.
    private static ModelDefaults WithFewSteps(ModelDefaults usual, PipelineInfo model)
    {
        SchedulerConfig scheduler = model.Scheduler;
        if (model.GuidanceIsInput)
        {
            return usual with { Steps = FewSteps, GuidanceScale = 8.5 };
        }

        if (scheduler.ClassName == "LCMScheduler")
        {
            return usual with { Steps = FewSteps, GuidanceScale = 1 };
        }

        bool turbo = scheduler.ClassName is "EulerDiscreteScheduler" or "EulerAncestralDiscreteScheduler"
            && scheduler.TimestepSpacing == "trailing"
            && scheduler.RescaleBetasZeroSnr != true
            && (scheduler.PredictionType ?? "epsilon") == "epsilon";
        return turbo ? usual with { Steps = FewSteps, GuidanceScale = 0 } : usual;
    }

    private static ModelDefaults WithFixedSize(ModelDefaults usual, FixedShape only)
    {
        ModelDefaults exported = usual with { Width = only.Width ?? usual.Width, Height = only.Height ?? usual.Height };
        return only is { Width: { } width, Height: { } height } ? exported with { Sizes = [new(width, height)] } : exported;
    }
}
