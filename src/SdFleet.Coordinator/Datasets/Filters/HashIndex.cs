using System.Numerics;

namespace SdFleet.Coordinator.Datasets.Filters;

/// <summary>
/// Finds, of many 64-bit hashes, one within a few bits of another. Of two hashes that differ in d bits, one of the four parts of 16 bits
/// differs in d / 4 at most, so only hashes with such a part are looked at (Norouzi, Punjani and Fleet, "Fast Search in Hamming Space
/// with Multi-Index Hashing", 2012). Some forty bytes a hash.
/// </summary>
internal sealed class HashIndex
{
    private const int Parts = 4;
    private const int PartBits = 16;

    private readonly List<ulong> _hashes = [];
    private readonly List<ImageKey> _keys = [];

    // A list of places for each value of each part: where it begins, and for each place the next.
    private readonly int[][] _first = [.. Enumerable.Range(0, Parts).Select(_ => Empty())];
    private readonly List<int>[] _next = [.. Enumerable.Range(0, Parts).Select(_ => new List<int>())];

    /// <summary>The first that was added within a distance, or null.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="most">Most bits in which it may differ.</param>
    public (ImageKey Key, int Distance)? Find(ulong hash, int most)
    {
        var found = int.MaxValue;
        for (var part = 0; part < Parts; part++)
        {
            found = Math.Min(found, Search(part, PartOf(hash, part), fromBit: 0, most / Parts, hash, most));
        }

        return found == int.MaxValue ? null : (_keys[found], Distance(hash, _hashes[found]));
    }

    public void Add(ulong hash, ImageKey key)
    {
        for (var part = 0; part < Parts; part++)
        {
            ref var first = ref _first[part][PartOf(hash, part)];
            _next[part].Add(first);
            first = _hashes.Count;
        }

        _hashes.Add(hash);
        _keys.Add(key);
    }

    // The part itself, and all that differ from it in some of the bits from fromBit on.
    private int Search(int part, int value, int fromBit, int flips, ulong hash, int most)
    {
        var found = int.MaxValue;
        for (var place = _first[part][value]; place >= 0; place = _next[part][place])
        {
            // The newest comes first.
            if (Distance(hash, _hashes[place]) <= most)
            {
                found = place;
            }
        }

        for (var bit = fromBit; flips > 0 && bit < PartBits; bit++)
        {
            found = Math.Min(found, Search(part, value ^ (1 << bit), bit + 1, flips - 1, hash, most));
        }

        return found;
    }

    private static int PartOf(ulong hash, int part) => (int)((hash >> (part * PartBits)) & ((1UL << PartBits) - 1));

    private static int Distance(ulong one, ulong other) => BitOperations.PopCount(one ^ other);

    private static int[] Empty()
    {
        var first = new int[1 << PartBits];
        Array.Fill(first, -1);
        return first;
    }
}
