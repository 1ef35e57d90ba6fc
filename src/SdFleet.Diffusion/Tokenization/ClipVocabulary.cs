namespace SdFleet.Diffusion.Tokenization;

/// <summary>Token ids and merges of one model, ready for encoding: bytes and pairs are looked up by number.</summary>
internal sealed class ClipVocabulary
{
    /// <summary>Stands for a symbol that the vocabulary does not have and that has no unknown token either.</summary>
    public const int NoId = -1;

    /// <summary>The mark that CLIP puts on the last symbol of a word.</summary>
    public const string EndOfWord = "</w>";

    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<(int Left, int Right), ClipMerge> _merges;
    private readonly int[] _byteIds = new int[256];
    private readonly int[] _lastByteIds = new int[256];

    /// <param name="ids">Token text to id.</param>
    /// <param name="merges">The merge list in order of rank.</param>
    /// <param name="unknownId">The id for bytes without a token, or <see cref="NoId"/>, which drops them.</param>
    public ClipVocabulary(Dictionary<string, int> ids, IReadOnlyList<ClipMerge> merges, int unknownId)
    {
        _ids = ids;
        _merges = new(merges.Count);
        foreach (ClipMerge merge in merges)
        {
            // A pair that is listed twice keeps the later rank, as in the reference.
            _merges[(merge.LeftId, merge.RightId)] = merge;
        }

        for (int value = 0; value < _byteIds.Length; value++)
        {
            string symbol = ByteSymbols.Of((byte)value).ToString();
            _byteIds[value] = ids.GetValueOrDefault(symbol, unknownId);
            _lastByteIds[value] = ids.GetValueOrDefault(symbol + EndOfWord, unknownId);
        }
    }

    /// <summary>How many tokens there are.</summary>
    public int Count => _ids.Count;

    /// <summary>The id of a token, or <see cref="NoId"/>.</summary>
    public int IdOf(string token) => _ids.GetValueOrDefault(token, NoId);

    /// <summary>The id of a byte inside a word, or at its end.</summary>
    public int IdOfByte(byte value, bool isLast) => isLast ? _lastByteIds[value] : _byteIds[value];

    /// <summary>Whether two neighbours join.</summary>
    public bool TryGetMerge(int leftId, int rightId, out ClipMerge merge) =>
        _merges.TryGetValue((leftId, rightId), out merge);
}
