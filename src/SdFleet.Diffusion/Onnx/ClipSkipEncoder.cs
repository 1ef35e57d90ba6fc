using System.Text.Json;
using SdFleet.Diffusion.Onnx.Graph;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// A text encoder without its last layers: the vectors behind an earlier layer, and the final normalization. It is the model loaded a
/// second time, with those vectors among its outputs, because what is looked at cannot be fused: the usual way must not pay for this one.
/// Safe for use from several threads.
/// </summary>
internal sealed class ClipSkipEncoder : IDisposable
{
    // CLIP's, for folders that do not say.
    private const double UsualEpsilon = 1e-5;

    private readonly OnnxSession _session;
    private readonly TextEncoder[] _encoders;
    private readonly LayerNorm _norm;

    /// <summary>Loads it.</summary>
    /// <param name="model">The text encoder; receives more outputs.</param>
    /// <param name="folder">The model folder, for the text encoder's configuration.</param>
    /// <param name="device">What it runs on.</param>
    /// <exception cref="ModelFormatException">The graph is not one whose layers can be told.</exception>
    public ClipSkipEncoder(OnnxGraphEditor model, ModelFolder folder, OnnxDevice device)
    {
        ClipTextGraph graph = new(model.Graph);
        IReadOnlyList<string> layers = graph.FindLayers();
        CheckLayers(layers.Count, model.Graph.File, folder);
        (OnnxInitializer scale, OnnxInitializer shift) = graph.FindFinalNorm();
        _norm = new(model.Graph.ReadFloats(scale), model.Graph.ReadFloats(shift), ReadNumber(folder, "layer_norm_eps") ?? UsualEpsilon);

        string[] skipped = [.. layers.Skip(1)];
        foreach (string layer in skipped)
        {
            model.AddOutput(layer);
        }

        bool hidesPadding = TextEncoderConfig.HidesPadding(folder, ModelComponents.TextEncoder);
        _session = OnnxSession.Load(model, device);
        try
        {
            _encoders = [.. skipped.Select(layer => new TextEncoder(_session, layer) { HidesPadding = hidesPadding })];
            if (_encoders.FirstOrDefault(encoder => encoder.Width >= 0 && encoder.Width != _norm.Width) is { } other)
            {
                throw new ModelFormatException(
                    _session.File,
                    FormattableString.Invariant($"layers as wide as the final normalization, {_norm.Width}"),
                    FormattableString.Invariant($"{other.Width}"));
            }
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>How many layers can be left out.</summary>
    public int MaxSkip => _encoders.Length;

    /// <summary>Encodes a prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="skip">How many layers are left out, from 1 to <see cref="MaxSkip"/>.</param>
    /// <param name="scope">The generation this is part of.</param>
    public TextEncoding Encode(TokenizedPrompt prompt, int skip, RunScope scope)
    {
        TextEncoding encoding = _encoders[skip - 1].Encode(prompt, scope);
        _norm.Apply(encoding.States);
        return encoding;
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _session.Dispose();

    private static void CheckLayers(int found, string file, ModelFolder folder)
    {
        if (ReadNumber(folder, "num_hidden_layers") is { } layers && layers != found)
        {
            throw new ModelFormatException(
                file, FormattableString.Invariant($"{layers} layers, as the configuration says"), FormattableString.Invariant($"{found}"));
        }
    }

    private static double? ReadNumber(ModelFolder folder, string key)
    {
        using JsonDocument? config = folder.ReadConfig(ModelComponents.TextEncoder);
        return config is not null
            && config.RootElement.TryGetProperty(key, out JsonElement value)
            && value.ValueKind == JsonValueKind.Number
                ? value.GetDouble()
                : null;
    }
}
