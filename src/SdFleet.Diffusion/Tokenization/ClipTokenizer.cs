namespace SdFleet.Diffusion.Tokenization;

/// <summary>
/// CLIP's tokenizer, with the results of the current Hugging Face fast tokenizer: normalization form C, white space
/// collapsed, lower case, byte-level byte-pair encoding. Immutable, so safe for use from several threads.
/// </summary>
public sealed class ClipTokenizer
{
    private readonly BytePairEncoder _encoder;
    private readonly SpecialToken[] _typedTokens;
    private readonly SpecialToken[] _normalizedTokens;

    internal ClipTokenizer(ClipTokenizerFiles files)
    {
        MaxLength = files.MaxLength;
        BeginId = files.Begin.Id;
        EndId = files.End.Id;
        PadId = files.PadId;
        VocabularySize = files.Vocabulary.Count;
        _encoder = new(files.Vocabulary);
        SpecialToken[] special = [files.Begin, files.End];
        _typedTokens = [.. special.Where(t => !t.Normalized)];
        _normalizedTokens = [.. special.Where(t => t.Normalized)];
    }

    /// <summary>How many ids a prompt has, start, end and padding included: 77 for CLIP.</summary>
    public int MaxLength { get; }

    /// <summary>The id that starts each prompt.</summary>
    public int BeginId { get; }

    /// <summary>The id that ends each prompt.</summary>
    public int EndId { get; }

    /// <summary>The id that fills up to <see cref="MaxLength"/>: the end token in Stable Diffusion 1, "!" in 2.</summary>
    public int PadId { get; }

    /// <summary>How many tokens the vocabulary has.</summary>
    public int VocabularySize { get; }

    /// <summary>
    /// Loads a tokenizer folder of a diffusers model: vocab.json and merges.txt, or else tokenizer.json; and
    /// tokenizer_config.json and special_tokens_map.json where they are there.
    /// </summary>
    /// <param name="folder">The folder, usually <c>model/tokenizer</c>.</param>
    /// <exception cref="ModelFormatException">A file is missing or wrong; the message names the file and the line.</exception>
    public static ClipTokenizer Load(string folder) => new(ClipTokenizerFiles.Load(folder));

    /// <summary>The ids of a text without start, end and padding, as many as there are.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = [];
        EncodeTyped(text, ids);
        return ids;
    }

    /// <summary>The text as the text encoder takes it: cut to <see cref="MaxLength"/> and padded.</summary>
    public TokenizedPrompt EncodePrompt(string text)
    {
        IReadOnlyList<int> tokens = Encode(text);
        int kept = Math.Min(tokens.Count, MaxLength - 2);
        int[] ids = new int[MaxLength];
        ids[0] = BeginId;
        for (int i = 0; i < kept; i++)
        {
            ids[i + 1] = tokens[i];
        }

        ids[kept + 1] = EndId;
        ids.AsSpan(kept + 2).Fill(PadId);
        return new(ids, kept + 2, tokens.Count - kept);
    }

    private void EncodeTyped(string text, List<int> ids)
    {
        ReadOnlySpan<char> rest = text;
        while (TryFindFirst(rest, _typedTokens, out int index, out SpecialToken? token))
        {
            EncodeNormalized(ClipText.Normalize(rest[..index].ToString()), ids);
            ids.Add(token.Id);
            rest = rest[(index + token.Content.Length)..];
        }

        EncodeNormalized(ClipText.Normalize(rest.ToString()), ids);
    }

    private void EncodeNormalized(ReadOnlySpan<char> rest, List<int> ids)
    {
        while (TryFindFirst(rest, _normalizedTokens, out int index, out SpecialToken? token))
        {
            EncodeWords(rest[..index], ids);
            ids.Add(token.Id);
            rest = rest[(index + token.Content.Length)..];
        }

        EncodeWords(rest, ids);
    }

    private void EncodeWords(ReadOnlySpan<char> text, List<int> ids)
    {
        while (ClipText.TryNextWord(ref text, out ReadOnlySpan<char> word))
        {
            _encoder.Encode(word, ids);
        }
    }

    private static bool TryFindFirst(
        ReadOnlySpan<char> text,
        SpecialToken[] tokens,
        out int index,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SpecialToken? found)
    {
        index = text.Length;
        found = null;
        foreach (SpecialToken token in tokens)
        {
            int at = text.IndexOf(token.Content, StringComparison.Ordinal);
            if (at >= 0 && at < index)
            {
                index = at;
                found = token;
            }
        }

        return found is not null;
    }
}
