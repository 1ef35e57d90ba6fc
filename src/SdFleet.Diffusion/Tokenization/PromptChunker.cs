namespace SdFleet.Diffusion.Tokenization;

/// <summary>
/// Cuts prompts into what the text encoder takes at once. With <see cref="PromptSyntax.Weighted"/> the cuts are those of AUTOMATIC1111's
/// web UI with its settings as they come.
/// </summary>
internal sealed class PromptChunker(ClipTokenizer tokenizer)
{
    /// <summary>The most chunks of one prompt: each costs the U-Net as much attention as a whole prompt elsewhere.</summary>
    public const int MaxChunks = 20;

    // A chunk that is full ends at its last comma where no more tokens than this follow it.
    private const int CommaReach = 20;

    private readonly int _capacity = tokenizer.MaxLength - 2;

    /// <summary>A chunk without words.</summary>
    public PromptChunk Empty { get; } = new(tokenizer.Frame([]), Weights: null);

    /// <summary>Cuts a prompt.</summary>
    /// <param name="text">The prompt.</param>
    /// <param name="syntax">How it is read.</param>
    /// <param name="longPrompts">What becomes of what does not fit into one chunk.</param>
    /// <param name="field">What the prompt is called, for messages.</param>
    /// <exception cref="ArgumentException">A weight is wrong, or there would be too many chunks.</exception>
    public PromptChunks Cut(string text, PromptSyntax syntax, LongPrompts longPrompts, string field)
    {
        bool weighted = syntax == PromptSyntax.Weighted;
        IReadOnlyList<PromptSegment> segments = weighted ? WeightedPrompt.Parse(text, field) : [new(text, 1)];
        return longPrompts == LongPrompts.Chunk ? CutAll(segments, weighted, field) : CutFirst(segments);
    }

    private PromptChunks CutFirst(IReadOnlyList<PromptSegment> segments)
    {
        List<int> ids = [];
        List<float> weights = [];
        int all = 0;
        bool ended = false;
        foreach (PromptSegment segment in segments)
        {
            ended |= segment.IsBreak;
            IReadOnlyList<int> tokens = segment.IsBreak ? [] : tokenizer.Encode(segment.Text);
            all += tokens.Count;
            int kept = ended ? 0 : Math.Min(tokens.Count, _capacity - ids.Count);
            ids.AddRange(tokens.Take(kept));
            weights.AddRange(Enumerable.Repeat((float)segment.Weight, kept));
        }

        return new([ToChunk(ids, weights)], all - ids.Count);
    }

    private PromptChunks CutAll(IReadOnlyList<PromptSegment> segments, bool atCommas, string field)
    {
        List<PromptChunk> chunks = [];
        List<int> ids = [];
        List<float> weights = [];
        int comma = -1;
        foreach (PromptSegment segment in segments)
        {
            if (segment.IsBreak)
            {
                End(ids.Count);
                continue;
            }

            IReadOnlyList<int> tokens = tokenizer.Encode(segment.Text);
            for (int i = 0, places; i < tokens.Count; i += places)
            {
                // The places of one added token stay together.
                places = tokenizer.PlacesOf(tokens[i]);
                if (tokens[i] == tokenizer.CommaId)
                {
                    comma = ids.Count;
                }
                else if (atCommas && ids.Count == _capacity && comma >= 0 && ids.Count - comma <= CommaReach)
                {
                    End(comma + 1);
                }

                if (ids.Count + places > _capacity)
                {
                    End(ids.Count);
                }

                ids.AddRange(tokens.Skip(i).Take(places));
                weights.AddRange(Enumerable.Repeat((float)segment.Weight, places));
            }
        }

        if (ids.Count > 0 || chunks.Count == 0)
        {
            End(ids.Count);
        }

        return new(chunks, DroppedTokens: 0);

        void End(int length)
        {
            if (chunks.Count == MaxChunks)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{field} has more than {MaxChunks} chunks of {_capacity} tokens; no more are taken."), field);
            }

            chunks.Add(ToChunk(ids[..length], weights[..length]));
            ids.RemoveRange(0, length);
            weights.RemoveRange(0, length);
            comma = -1;
        }
    }

    private PromptChunk ToChunk(List<int> ids, List<float> weights)
    {
        TokenizedPrompt tokens = tokenizer.Frame(ids);
        if (weights.TrueForAll(weight => weight == 1))
        {
            return new(tokens, Weights: null);
        }

        float[] all = new float[tokens.Ids.Length];
        Array.Fill(all, 1);
        weights.CopyTo(all, 1);
        return new(tokens, all);
    }
}
