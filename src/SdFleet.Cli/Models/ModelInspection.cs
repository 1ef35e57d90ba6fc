using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SdFleet.Cli.Output;
using SdFleet.Diffusion.Onnx.Graph;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Cli.Models;

/// <summary>Says what a model folder is: first what its files say, then whether the fleet's own library loads it.</summary>
internal sealed class ModelInspection(string folder, TextWriter output)
{
    private const string DepthEstimator = "depth_estimator";

    private static readonly string[] SchedulerFacts = ["prediction_type", "beta_schedule", "timestep_spacing"];
    private static readonly string[] Components =
        ["text_encoder", "text_encoder_2", "unet", "vae_decoder", "vae_encoder", "safety_checker"];

    /// <param name="loads">Whether to try to load it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the model fits, as far as was tried.</returns>
    public async Task<bool> RunAsync(bool loads, CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(loads, cancellationToken);
            return true;
        }
        catch (ModelFormatException e)
        {
            output.WriteLine();
            Show("fits", "no");
            Show("file", e.File);
            Show("expected", e.Expected);
            Show("found", e.Found);
            return false;
        }
    }

    /// <summary>The same, for a caller who says by itself what does not fit.</summary>
    /// <exception cref="ModelFormatException">The model does not fit.</exception>
    public async Task ReadAsync(bool loads, CancellationToken cancellationToken)
    {
        var model = ModelFolder.Open(folder);
        output.WriteLine(Path.GetFullPath(folder));
        Show("pipeline", model.PipelineClass is { Length: > 0 } kind ? kind + WriterOf("model_index.json") : "not named");
        ShowScheduler();
        ShowDefaults();
        foreach (var component in Components.Where(model.Has))
        {
            ShowComponent(model, component);
        }

        if (model.HasModel(DepthEstimator))
        {
            ShowComponent(model, DepthEstimator);
        }

        ShowTokenizer("tokenizer");
        ShowTokenizer("tokenizer_2");
        output.WriteLine();
        Show("on disk", Amount.Bytes(SizeOf(folder)));
        if (loads)
        {
            await LoadAsync(cancellationToken);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var pipeline = await Task.Run(() => StableDiffusionPipeline.Load(folder), cancellationToken);
        var took = TimeProvider.System.GetElapsedTime(started);
        var (device, runtime) = (pipeline.Info.Device, pipeline.Info.RuntimeVersion);
        Show("fits", Text($"yes: loaded on {device} with ONNX Runtime {runtime} in {took.TotalSeconds:0.0} s"));
        foreach (var (what, text) in ModelDescription.Of(pipeline.Info, pipeline.Defaults))
        {
            Show(what, text);
        }

        Show("digest", await pipeline.GetModelDigestAsync(cancellationToken));
    }

    private void ShowScheduler()
    {
        if (ReadJson("scheduler", "scheduler_config.json") is not { } config)
        {
            Show("scheduler", "none (no scheduler/scheduler_config.json)");
            return;
        }

        var facts = SchedulerFacts
            .Where(key => config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String)
            .Select(key => $"{key} {config.GetProperty(key).GetString()}");
        Show("scheduler", $"{TextOf(config, "_class_name") ?? "not named"}{WriterOf("scheduler", "scheduler_config.json")}");
        Show("", string.Join(", ", facts));
    }

    // What "sdfleet up --model NAME=FOLDER" would take.
    private void ShowDefaults()
    {
        try
        {
            var spec = ModelCatalog.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                [$"{ModelCatalog.SectionName}:0:Name"] = "model",
                [$"{ModelCatalog.SectionName}:0:Path"] = folder,
            }).Build()).Specs["model"];
            var source = File.Exists(Path.Combine(folder, "sdfleet.json")) ? "sdfleet.json" : "no sdfleet.json: the fleet's own";
            var best = Text($"{spec.DefaultSteps} steps, guidance {spec.DefaultGuidanceScale}, {spec.DefaultScheduler}");
            Show("defaults", Text($"{spec.DefaultWidth}x{spec.DefaultHeight}, {best} ({source})"));
            Show("sizes", spec.Sizes.Count > 0 ? string.Join(", ", spec.Sizes) : $"any up to {spec.MaxSize}");
        }
        catch (OptionsValidationException e)
        {
            throw new ModelFormatException(
                Path.Combine(folder, "sdfleet.json"), "defaults that a fleet can take", string.Join("; ", e.Failures), e);
        }
    }

    private void ShowComponent(ModelFolder model, string component)
    {
        var file = model.FindModel(component);
        output.WriteLine();
        var graph = OnnxGraph.Read(file);
        var parameters = Amount.Count(graph.Initializers.Sum(weight => weight.Count));
        Show(component, $"{parameters} parameters{MainTypeOf(graph)}, {Amount.Bytes(SizeOf(Path.GetDirectoryName(file)!))}");
        Show("", Text($"{Path.GetFileName(file)}, opset {graph.Opset}{(graph.Producer.Length > 0 ? $", from {graph.Producer}" : "")}"));
        foreach (var input in graph.Inputs)
        {
            Show("", $"in   {input}");
        }

        foreach (var tensor in graph.Outputs)
        {
            Show("", $"out  {tensor}");
        }
    }

    // The type that most weights have.
    private static string MainTypeOf(OnnxGraph graph) => graph.Initializers
        .GroupBy(weight => weight.Type)
        .OrderByDescending(type => type.Sum(weight => weight.Count))
        .Select(type => $", {type.Key.ToName()}")
        .FirstOrDefault("");

    private void ShowTokenizer(string component)
    {
        if (ReadJson(component, "vocab.json") is { ValueKind: JsonValueKind.Object } words)
        {
            var kind = TextOf(ReadJson(component, "tokenizer_config.json") ?? default, "tokenizer_class") ?? "not named";
            output.WriteLine();
            Show(component, Text($"{kind}, {words.EnumerateObject().Count()} tokens"));
        }
    }

    private string WriterOf(params string[] path) =>
        ReadJson(path) is { } json && TextOf(json, "_diffusers_version") is { } version ? $", written by diffusers {version}" : "";

    private JsonElement? ReadJson(params string[] path)
    {
        var file = Path.Combine([folder, .. path]);
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new ModelFormatException(file, "JSON", e.Message, e);
        }
    }

    private static string? TextOf(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static long SizeOf(string path) =>
        Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    private void Show(string what, string text) => output.WriteLine($"  {what,-14}{text}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
