using System.Text.Json;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// A model folder as diffusers and optimum write it: model_index.json and one folder a component, each with its ONNX file and its
/// config.json. Finds files and reads configurations; loads no model.
/// </summary>
public sealed class ModelFolder
{
    private const string IndexFile = "model_index.json";
    private const string ConfigFile = "config.json";
    private const string MaxNoiseLevelKey = "max_noise_level";
    private const string ModelFile = "model.onnx";
    private const string Float32File = "model_fp32.onnx";

    private ModelFolder(string path, string pipelineClass, int? maxNoiseLevel)
    {
        Path = path;
        PipelineClass = pipelineClass;
        MaxNoiseLevel = maxNoiseLevel;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The pipeline class in model_index.json, such as <c>StableDiffusionPipeline</c>; empty where it names none.</summary>
    public string PipelineClass { get; }

    /// <summary>The highest noise level of an upscaler, in model_index.json; null where it says none.</summary>
    public int? MaxNoiseLevel { get; }

    /// <summary>
    /// SDXL: whether an image without a negative prompt is weighed against zeros rather than an encoded empty text. In model_index.json;
    /// yes where that does not say.
    /// </summary>
    public bool ForceZerosForEmptyPrompt { get; private init; } = true;

    /// <summary>SDXL: whether the model is told an aesthetic score in place of the target size; null where model_index.json does not say.</summary>
    public bool? RequiresAestheticsScore { get; private init; }

    /// <summary>Opens a folder.</summary>
    /// <exception cref="ModelFormatException">There is no such folder, or it has neither model_index.json nor a U-Net.</exception>
    public static ModelFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
        {
            throw new ModelFormatException(path, "a model folder", "no such folder");
        }

        string index = System.IO.Path.Combine(path, IndexFile);
        if (!File.Exists(index))
        {
            return Directory.Exists(System.IO.Path.Combine(path, ModelComponents.Unet))
                ? new(path, "", null)
                : throw new ModelFormatException(path, $"a diffusers model folder with {IndexFile} and unet/{ModelFile}", "neither");
        }

        using JsonDocument document = JsonFile.Read(index);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new ModelFormatException(index, "a JSON object", root.ValueKind.ToString());
        }

        bool named = root.TryGetProperty("_class_name", out JsonElement name) && name.ValueKind == JsonValueKind.String;
        return new(path, named ? name.GetString()! : "", ReadMaxNoiseLevel(root, index))
        {
            ForceZerosForEmptyPrompt = ReadFlag(root, "force_zeros_for_empty_prompt", index) ?? true,
            RequiresAestheticsScore = ReadFlag(root, "requires_aesthetics_score", index),
        };
    }

    /// <summary>The path of a file of a component, there or not.</summary>
    public string PathOf(string component, string file) => System.IO.Path.Combine(Path, component, file);

    /// <summary>Whether there is a folder for a component.</summary>
    public bool Has(string component) => Directory.Exists(System.IO.Path.Combine(Path, component));

    /// <summary>Whether a component has an ONNX file.</summary>
    public bool HasModel(string component) => Has(component) && Directory.EnumerateFiles(PathOf(component, ""), "*.onnx").Any();

    /// <summary>A component's ONNX file: <c>model.onnx</c>, or the only one that is there.</summary>
    /// <exception cref="ModelFormatException">There is none, or there are several of other names.</exception>
    public string FindModel(string component)
    {
        string usual = PathOf(component, ModelFile);
        if (File.Exists(usual))
        {
            return usual;
        }

        string[] others = Has(component) ? Directory.GetFiles(System.IO.Path.Combine(Path, component), "*.onnx") : [];
        return others.Length == 1
            ? others[0]
            : throw new ModelFormatException(
                usual, "the ONNX file of this component", FormattableString.Invariant($"{others.Length} ONNX files"));
    }

    /// <summary>
    /// A component's float32 ONNX file, <c>model_fp32.onnx</c>, beside another one of less precision; null where there is none.
    /// </summary>
    internal string? FindFloat32Model(string component)
    {
        string file = PathOf(component, Float32File);
        return File.Exists(file) && FindModel(component) != file ? file : null;
    }

    /// <summary>The configuration file of a scheduler component, there or not.</summary>
    internal string SchedulerFile(string component) => PathOf(component, "scheduler_config.json");

    /// <summary>The configuration of a scheduler component.</summary>
    /// <exception cref="ModelFormatException">There is none, or the file is none.</exception>
    internal SchedulerConfig ReadScheduler(string component)
    {
        string file = SchedulerFile(component);
        try
        {
            return SchedulerConfig.Load(file);
        }
        catch (Exception error) when (error is ArgumentException or IOException)
        {
            throw new ModelFormatException(file, "a scheduler configuration", error.Message, error);
        }
    }

    /// <summary>A component's configuration, or null where it has none; the caller disposes it.</summary>
    /// <exception cref="ModelFormatException">The file is no JSON object.</exception>
    internal JsonDocument? ReadConfig(string component)
    {
        string file = PathOf(component, ConfigFile);
        if (!File.Exists(file))
        {
            return null;
        }

        JsonDocument document = JsonFile.Read(file);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? document
            : throw new ModelFormatException(file, "a JSON object", document.RootElement.ValueKind.ToString());
    }

    private static bool? ReadFlag(JsonElement root, string key, string index)
    {
        if (!root.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw new ModelFormatException(index, $"a {key} of true or false", value.GetRawText());
    }

    private static int? ReadMaxNoiseLevel(JsonElement root, string index)
    {
        if (!root.TryGetProperty(MaxNoiseLevelKey, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int level) && level >= 0
            ? level
            : throw new ModelFormatException(index, $"a {MaxNoiseLevelKey} that is a whole number from 0", value.GetRawText());
    }
}
