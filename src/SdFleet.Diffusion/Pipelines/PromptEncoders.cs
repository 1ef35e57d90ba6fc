using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// All text encoders of a model. Each gets the same prompt; their vectors stand side by side, and the last one's vector for the whole
/// prompt counts.
/// </summary>
internal sealed class PromptEncoders : IDisposable
{
    private readonly List<TextEncoder> _owned = [];
    private readonly List<PromptEncoder> _encoders = [];

    private PromptEncoders()
    {
    }

    /// <summary>The components that were loaded.</summary>
    public IReadOnlyList<string> Components { get; private init; } = [];

    /// <summary>The length of a token's vector where the models say it, else -1.</summary>
    public int Width => _owned.All(encoder => encoder.Width >= 0) ? _owned.Sum(encoder => encoder.Width) : -1;

    /// <summary>The length of a prompt's one vector where the model says it, else -1.</summary>
    public int PooledWidth => _owned[^1].PooledWidth;

    /// <inheritdoc cref="PromptEncoder.ChunkLength"/>
    public int ChunkLength { get; private set; }

    /// <summary>Loads those of a model.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="family">Its family says which encoders it has.</param>
    /// <param name="load">Loads a component.</param>
    /// <param name="wordsOf">The words that a component's tokenizer gets, once it is loaded.</param>
    /// <param name="loadSkipping">Loads a component without its last layers.</param>
    /// <exception cref="ModelFormatException">One is missing, or does not fit the other.</exception>
    public static PromptEncoders Load(
        ModelFolder folder,
        ModelFamily family,
        Func<string, OnnxSession> load,
        Func<string, IReadOnlyList<AddedToken>> wordsOf,
        Func<string, ClipSkipEncoder> loadSkipping)
    {
        PromptEncoders all = new()
        {
            Components = family switch
            {
                ModelFamily.StableDiffusionXl => [ModelComponents.TextEncoder, ModelComponents.TextEncoder2],
                ModelFamily.StableDiffusionXlRefiner => [ModelComponents.TextEncoder2],
                _ => [ModelComponents.TextEncoder],
            },
        };
        try
        {
            foreach (string component in all.Components)
            {
                (TextEncoder encoder, ClipTokenizer tokenizer) = all.LoadOne(folder, component, family, load);
                all._encoders.Add(new(tokenizer.With(wordsOf(component)), encoder, () => loadSkipping(component)));
            }

            return all;
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    /// <summary>How many chunks a prompt has, in the encoder that cuts it into most.</summary>
    /// <exception cref="ArgumentException">It cannot be read, or has too many.</exception>
    public int CountChunks(PromptText prompt) => _encoders.Max(encoder => encoder.CountChunks(prompt));

    /// <inheritdoc cref="PromptEncoder.CheckClipSkip"/>
    public void CheckClipSkip(int skip) => _encoders.ForEach(encoder => encoder.CheckClipSkip(skip));

    /// <inheritdoc cref="PromptEncoder.Encode"/>
    public PromptEmbedding Encode(PromptText prompt, int chunks, Func<string, TokenizedPrompt>? tokenize, RunScope scope)
    {
        PromptEmbedding[] parts = [.. _encoders.Select(encoder => encoder.Encode(prompt, chunks, tokenize, scope))];
        return parts.Length == 1 ? parts[0] : parts[^1] with { Values = SideBySide(parts) };
    }

    /// <summary>Frees the models.</summary>
    public void Dispose() => _owned.ForEach(encoder => encoder.Dispose());

    private static float[] SideBySide(PromptEmbedding[] parts)
    {
        int tokens = parts[0].Tokens, width = parts.Sum(part => part.Width), column = 0;
        float[] values = new float[tokens * width];
        foreach (PromptEmbedding part in parts)
        {
            for (int token = 0; token < tokens; token++)
            {
                part.Values.AsSpan(token * part.Width, part.Width).CopyTo(values.AsSpan((token * width) + column));
            }

            column += part.Width;
        }

        return values;
    }

    private (TextEncoder Encoder, ClipTokenizer Tokenizer) LoadOne(
        ModelFolder folder, string component, ModelFamily family, Func<string, OnnxSession> load)
    {
        bool second = component == ModelComponents.TextEncoder2;
        string tokenizerFolder = folder.PathOf(second ? ModelComponents.Tokenizer2 : ModelComponents.Tokenizer, "");
        ClipTokenizer tokenizer = ClipTokenizer.Load(tokenizerFolder);
        if (_owned.Count > 0 && tokenizer.MaxLength != ChunkLength)
        {
            throw new ModelFormatException(
                tokenizerFolder,
                FormattableString.Invariant($"prompts of the first tokenizer's {ChunkLength} ids"),
                FormattableString.Invariant($"{tokenizer.MaxLength}"));
        }

        int? layers = family == ModelFamily.StableDiffusion ? null : TextEncoderConfig.ReadLayers(folder, component);
        OnnxSession session = load(component);
        TextEncoder encoder;
        try
        {
            encoder = layers is { } count
                ? TextEncoder.WithLastButOne(session, count, pools: second)
                : new(session) { HidesPadding = TextEncoderConfig.HidesPadding(folder, component) };
        }
        catch
        {
            session.Dispose();
            throw;
        }

        _owned.Add(encoder);
        encoder.RequireIds(tokenizer.MaxLength);
        ChunkLength = tokenizer.MaxLength;
        return (encoder, tokenizer);
    }
}
