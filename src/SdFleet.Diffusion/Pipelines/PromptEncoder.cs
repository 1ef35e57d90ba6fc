using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Turns prompts into what the U-Net takes, and remembers the last chunks of them: a batch job asks for the same negative prompt each time.
/// What is remembered is not weighed yet. Safe for use from several threads.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="encoder">The text encoder.</param>
/// <param name="loadSkipping">Loads the text encoder without its last layers, at first use.</param>
internal sealed class PromptEncoder(ClipTokenizer tokenizer, TextEncoder encoder, Func<ClipSkipEncoder> loadSkipping)
{
    private const int Remembered = 64;

    private readonly Lazy<ClipSkipEncoder> _skipping = new(loadSkipping);
    private readonly PromptChunker _chunker = new(tokenizer);
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, LinkedListNode<Entry>> _byKey = new(new KeyComparer());
    private readonly LinkedList<Entry> _byAge = new();

    // SDXL's encoders give the vectors between their layers anyway, and take them without a normalization.
    private bool SkipsItself => encoder.MaxSkip > 0;

    /// <summary>How many vectors a chunk is encoded to.</summary>
    public int ChunkLength => tokenizer.MaxLength;

    /// <summary>How many chunks a prompt has.</summary>
    /// <exception cref="ArgumentException">It cannot be read, or has too many.</exception>
    public int CountChunks(PromptText prompt) => prompt is { Syntax: PromptSyntax.Plain, LongPrompts: LongPrompts.Truncate }
        ? 1
        : Cut(prompt, tokenize: null).Chunks.Count;

    /// <summary>Refuses to leave out more layers than the text encoder has.</summary>
    /// <exception cref="ArgumentException">It has not so many, or its layers cannot be told.</exception>
    public void CheckClipSkip(int skip)
    {
        const string Field = nameof(GenerationTask.ClipSkip);
        try
        {
            if (skip > 0)
            {
                GenerationLimits.CheckRange(Field, skip, 0, SkipsItself ? encoder.MaxSkip : _skipping.Value.MaxSkip);
            }
        }
        catch (ModelFormatException error)
        {
            throw GenerationLimits.Refuse(Field, $"{Field} is {skip}, which this model cannot do. {error.Message}", error);
        }
    }

    /// <summary>The embedding of a prompt; shared, so not to be written to.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="chunks">How many chunks it shall have: at least its own; the others are empty.</param>
    /// <param name="tokenize">Takes the tokenizer's place where it is given: for tests against recorded ids.</param>
    /// <param name="scope">The generation this is part of.</param>
    public PromptEmbedding Encode(PromptText prompt, int chunks, Func<string, TokenizedPrompt>? tokenize, RunScope scope)
    {
        PromptChunks cut = Cut(prompt, tokenize);
        List<TextEncoding> encoded = [.. cut.Chunks.Select(chunk => Weigh(chunk, prompt.ClipSkip, scope))];
        while (encoded.Count < chunks)
        {
            encoded.Add(Weigh(_chunker.Empty, prompt.ClipSkip, scope));
        }

        // The first chunk speaks for the whole prompt, as in AUTOMATIC1111's web UI.
        return new(Join(encoded), encoded.Count * ChunkLength, cut.DroppedTokens) { Pooled = encoded[0].Pooled };
    }

    private PromptChunks Cut(PromptText prompt, Func<string, TokenizedPrompt>? tokenize)
    {
        if (tokenize is null)
        {
            return _chunker.Cut(prompt.Text, prompt.Syntax, prompt.LongPrompts, prompt.Field);
        }

        TokenizedPrompt tokens = tokenize(prompt.Text);
        return new([new(tokens, Weights: null)], tokens.DroppedTokens);
    }

    private static float[] Join(List<TextEncoding> chunks)
    {
        if (chunks.Count == 1)
        {
            return chunks[0].States;
        }

        int length = chunks[0].States.Length;
        float[] joined = new float[chunks.Count * length];
        for (int i = 0; i < chunks.Count; i++)
        {
            chunks[i].States.CopyTo(joined, i * length);
        }

        return joined;
    }

    private TextEncoding Weigh(PromptChunk chunk, int clipSkip, RunScope scope)
    {
        TextEncoding encoding = EncodeChunk(new(chunk.Tokens.Ids, clipSkip), chunk.Tokens, scope);
        if (chunk.Weights is null)
        {
            return encoding;
        }

        float[] weighed = new float[encoding.States.Length];
        PromptWeights.Apply(encoding.States, chunk.Weights, weighed);
        return encoding with { States = weighed };
    }

    private TextEncoding EncodeChunk(Key key, TokenizedPrompt tokens, RunScope scope)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out LinkedListNode<Entry>? known))
            {
                _byAge.Remove(known);
                _byAge.AddFirst(known);
                return known.Value.Encoding;
            }
        }

        // Encoded outside the lock; two threads may do the same work once, and one result is kept.
        Entry entry = new(key, key.ClipSkip == 0 || SkipsItself
            ? encoder.Encode(tokens, scope, key.ClipSkip)
            : _skipping.Value.Encode(tokens, key.ClipSkip, scope));
        lock (_lock)
        {
            if (!_byKey.ContainsKey(key))
            {
                _byKey.Add(key, _byAge.AddFirst(entry));
            }

            if (_byAge.Count > Remembered)
            {
                _byKey.Remove(_byAge.Last!.Value.Key);
                _byAge.RemoveLast();
            }
        }

        return entry.Encoding;
    }

    private readonly record struct Key(ReadOnlyMemory<int> Ids, int ClipSkip);

    private sealed record Entry(Key Key, TextEncoding Encoding);

    private sealed class KeyComparer : IEqualityComparer<Key>
    {
        public bool Equals(Key x, Key y) => x.ClipSkip == y.ClipSkip && x.Ids.Span.SequenceEqual(y.Ids.Span);

        public int GetHashCode(Key key)
        {
            HashCode hash = default;
            hash.Add(key.ClipSkip);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(key.Ids.Span));
            return hash.ToHashCode();
        }
    }
}
