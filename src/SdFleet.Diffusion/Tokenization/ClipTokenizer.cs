namespace SdFleet.Diffusion.Tokenization;

/// <summary>
/// CLIP's tokenizer, with the results of the current Hugging Face fast tokenizer: normalization form C, white space
/// collapsed, lower case, byte-level byte-pair encoding. Immutable, so safe for use from several threads.
/// </summary>
public sealed class ClipTokenizer
{
    private readonly ClipTokenizerFiles _files;
    private readonly AddedToken[] _added;
    private readonly BytePairEncoder _encoder;
    private readonly SpecialToken[] _typedTokens;
    private readonly SpecialToken[] _normalizedTokens;

    internal ClipTokenizer(ClipTokenizerFiles files, params IReadOnlyCollection<AddedToken> added)
    {
        _files = files;
        _added = [.. added];
        MaxLength = files.MaxLength;
        BeginId = files.Begin.Id;
        EndId = files.End.Id;
        PadId = files.Pad.Id;
        VocabularySize = files.Vocabulary.Count;
        _encoder = new(files.Vocabulary);
        CommaId = files.Vocabulary.IdOf("," + ClipVocabulary.EndOfWord);

        // Stable Diffusion 2 pads with "!", and so finds it in texts before words are made, "!!!" three times. It was not meant, but is
        // what its pictures are made with (diffusers issue 4153).
        SpecialToken[] special = [.. new[] { files.Begin, files.End, files.Pad }.DistinctBy(token => token.Content)];
        _typedTokens = [.. special.Where(t => !t.Normalized)];

        // Of two that begin at the same place, the longer one counts.
        IEnumerable<SpecialToken> words = added.OrderByDescending(token => token.Text.Length)
            .Select(token => new SpecialToken(ClipText.Normalize(token.Text), token.FirstId, Normalized: true, token.Count, Alone: true));
        _normalizedTokens = [.. words, .. special.Where(t => t.Normalized)];
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

    /// <summary>This tokenizer with more tokens, to be found in texts before words are made of them.</summary>
    internal ClipTokenizer With(IEnumerable<AddedToken> added) => new(_files, [.. _added, .. added]);

    /// <summary>How many places belong together from an id on: those of the added token that it begins, else 1.</summary>
    internal int PlacesOf(int id) => Array.Find(_added, token => token.FirstId == id)?.Count ?? 1;

    /// <summary>The ids of a text without start, end and padding, as many as there are.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = [];
        EncodeTyped(text, ids);
        return ids;
    }

    /// <summary>The text as the text encoder takes it: cut to <see cref="MaxLength"/> and padded.</summary>
    public TokenizedPrompt EncodePrompt(string text) => Frame(Encode(text));

    /// <summary>The id of a comma that stands alone, or -1 where the vocabulary has none.</summary>
    internal int CommaId { get; }

    /// <summary>Puts a start token before and an end token and padding behind, and cuts what does not fit.</summary>
    internal TokenizedPrompt Frame(IReadOnlyList<int> tokens)
    {
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
            Add(token, ids);
            rest = rest[(index + token.Content.Length)..];
        }

        EncodeNormalized(ClipText.Normalize(rest.ToString()), ids);
    }

    private void EncodeNormalized(ReadOnlySpan<char> rest, List<int> ids)
    {
        while (TryFindFirst(rest, _normalizedTokens, out int index, out SpecialToken? token))
        {
            EncodeWords(rest[..index], ids);
            Add(token, ids);
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

    private static void Add(SpecialToken token, List<int> ids)
    {
        for (int i = 0; i < token.Count; i++)
        {
            ids.Add(token.Id + i);
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
            int at = token.IndexIn(text);
            if (at >= 0 && at < index)
            {
                index = at;
                found = token;
            }
        }

        return found is not null;
    }
}
