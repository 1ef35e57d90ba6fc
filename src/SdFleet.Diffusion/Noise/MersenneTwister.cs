namespace SdFleet.Diffusion.Noise;

/// <summary>MT19937, the 32-bit Mersenne Twister (Matsumoto and Nishimura, 1998), seeded from 32 bits.</summary>
internal sealed class MersenneTwister
{
    private const int Size = 624;
    private const int Middle = 397;
    private const uint Twist = 0x9908b0df;
    private const uint UpperMask = 0x80000000;

    private readonly uint[] _state = new uint[Size];
    private int _next = Size;

    public MersenneTwister(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < Size; i++)
        {
            uint previous = _state[i - 1];
            _state[i] = 1812433253 * (previous ^ previous >> 30) + i;
        }
    }

    public uint NextUInt32()
    {
        if (_next == Size)
        {
            Refill();
        }

        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >> 18;
    }

    /// <summary>Two draws, the first one as the upper half.</summary>
    public ulong NextUInt64()
    {
        ulong upper = NextUInt32();
        return upper << 32 | NextUInt32();
    }

    private void Refill()
    {
        for (int i = 0; i < Size; i++)
        {
            uint mixed = _state[i] & UpperMask | _state[(i + 1) % Size] & ~UpperMask;
            _state[i] = _state[(i + Middle) % Size] ^ mixed >> 1 ^ ((mixed & 1) == 0 ? 0 : Twist);
        }

        _next = 0;
    }
}
