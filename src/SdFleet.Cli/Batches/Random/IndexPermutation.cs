namespace SdFleet.Cli.Batches.Random;

/// <summary>
/// A shuffled order of the numbers from 0 to size - 1 that is never written down: the place of each follows from the key. A
/// Feistel network over the next even number of bits, applied again until it lands below the size ("cycle walking"; Black and
/// Rogaway, "Ciphers with arbitrary finite domains", 2002), which takes fewer than four rounds of it on average.
/// </summary>
internal readonly struct IndexPermutation
{
    private const int Rounds = 8;
    private const int MostHalfBits = 63;

    private readonly UInt128 _size;
    private readonly SplitMix64 _keys;
    private readonly int _halfBits;
    private readonly ulong _mask;

    /// <param name="size">How many numbers, 1 to <see cref="MaxSize"/>.</param>
    /// <param name="key">Which of the orders.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not.</exception>
    public IndexPermutation(UInt128 size, ulong key)
    {
        ArgumentOutOfRangeException.ThrowIfZero(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        _size = size;
        _keys = new SplitMix64(key);
        var bits = 128 - (int)UInt128.LeadingZeroCount(size - 1);
        _halfBits = Math.Max(1, (bits + 1) / 2);
        _mask = ulong.MaxValue >> (64 - _halfBits);
    }

    /// <summary>The largest size, 2^126.</summary>
    public static UInt128 MaxSize { get; } = UInt128.One << (2 * MostHalfBits);

    /// <summary>The number at a place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The place is not below the size.</exception>
    public UInt128 this[UInt128 index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _size);
            do
            {
                index = Shuffle(index);
            }
            while (index >= _size);
            return index;
        }
    }

    private UInt128 Shuffle(UInt128 index)
    {
        var left = (ulong)(index >> _halfBits);
        var right = (ulong)index & _mask;
        for (var round = 0; round < Rounds; round++)
        {
            (left, right) = (right, left ^ (SplitMix64.Mix(right ^ _keys.At((ulong)round)) & _mask));
        }

        return ((UInt128)left << _halfBits) | right;
    }
}
