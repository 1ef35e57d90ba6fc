using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace SdFleet.Diffusion.Tokenization;

/// <summary>
/// Byte-level byte-pair encoding with CLIP's end-of-word mark: a word is its UTF-8 bytes, and the neighbouring pair
/// with the lowest merge rank is joined until no pair is in the merge list. Safe for use from several threads.
/// </summary>
internal sealed class BytePairEncoder(ClipVocabulary vocabulary)
{
    // Prompts repeat words; the limit only keeps a hostile stream of new words from growing the memory.
    private const int CachedWords = 10_000;

    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);

    /// <summary>Appends the ids of one word, as <see cref="ClipText.TryNextWord"/> cuts it, to <paramref name="ids"/>.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (!_cache.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out int[]? encoded))
        {
            encoded = Merge(word);
            if (_cache.Count < CachedWords)
            {
                _cache.TryAdd(word.ToString(), encoded);
            }
        }

        ids.AddRange(encoded);
    }

    private int[] Merge(ReadOnlySpan<char> word)
    {
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(word.Length));
        int count = Encoding.UTF8.GetBytes(word, utf8);
        Symbol[] symbols = new Symbol[count];
        for (int i = 0; i < count; i++)
        {
            symbols[i] = new(vocabulary.IdOfByte(utf8[i], isLast: i == count - 1), i - 1, i + 1);
        }

        ArrayPool<byte>.Shared.Return(utf8);
        return MergeSymbols(symbols);
    }

    // Lowest rank first, then leftmost. Entries that an earlier merge made stale are recognised by their ids.
    private int[] MergeSymbols(Symbol[] symbols)
    {
        PriorityQueue<(int Left, int Right, ClipMerge Merge), (int Rank, int Position)> queue = new();
        for (int i = 0; i + 1 < symbols.Length; i++)
        {
            Offer(i);
        }

        while (queue.TryDequeue(out var best, out _))
        {
            ref Symbol left = ref symbols[best.Left];
            if (left.Next != best.Right || left.Id != best.Merge.LeftId || symbols[best.Right].Id != best.Merge.RightId)
            {
                continue;
            }

            int next = symbols[best.Right].Next;
            symbols[best.Right] = Symbol.Gone;
            left = left with { Id = best.Merge.Id, Next = next };
            if (next < symbols.Length)
            {
                symbols[next] = symbols[next] with { Previous = best.Left };
                Offer(best.Left);
            }

            if (left.Previous >= 0)
            {
                Offer(left.Previous);
            }
        }

        List<int> ids = new(symbols.Length);
        for (int i = 0; i < symbols.Length; i = symbols[i].Next)
        {
            if (symbols[i].Id != ClipVocabulary.NoId)
            {
                ids.Add(symbols[i].Id);
            }
        }

        return [.. ids];

        void Offer(int left)
        {
            int right = symbols[left].Next;
            if (vocabulary.TryGetMerge(symbols[left].Id, symbols[right].Id, out ClipMerge merge))
            {
                queue.Enqueue((left, right, merge), (merge.Rank, left));
            }
        }
    }

    /// <summary>One symbol of a word, in a list linked by index.</summary>
    private readonly record struct Symbol(int Id, int Previous, int Next)
    {
        public static Symbol Gone => new(ClipVocabulary.NoId, -1, -1);
    }
}
