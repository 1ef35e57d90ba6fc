namespace SdFleet.Diffusion.Noise;

/// <summary>The numbers of PyTorch's CPU generator: <c>torch.Generator("cpu").manual_seed(seed)</c>.</summary>
/// <remarks>
/// The engine is MT19937 seeded with the lower 32 bits of the seed. Normals are Box-Muller, by two different routes: at least 16 values
/// in float32, block by block; fewer in double, pair by pair, where the second of a pair waits for the next small call.
/// </remarks>
public sealed class TorchCpuGenerator : NoiseGenerator
{
    private const int BlockSize = 16;
    private const float TwoPi = (float)(2 * Math.PI);
    private readonly MersenneTwister _engine;
    private double? _waiting;

    /// <param name="seed">What <c>manual_seed</c> takes.</param>
    public TorchCpuGenerator(ulong seed) => _engine = new MersenneTwister((uint)seed);

    /// <inheritdoc/>
    public override void Randn(Span<float> destination)
    {
        if (destination.Length < BlockSize)
        {
            foreach (ref float value in destination)
            {
                value = (float)NextNormal();
            }

            return;
        }

        Rand(destination);
        int start = 0;
        for (; start + BlockSize <= destination.Length; start += BlockSize)
        {
            MakeNormal(destination.Slice(start, BlockSize));
        }

        if (start < destination.Length)
        {
            // The rest is no whole block: the last 16 values are drawn anew, some of them for the second time.
            Span<float> last = destination[^BlockSize..];
            Rand(last);
            MakeNormal(last);
        }
    }

    /// <summary>Fills the span as <c>torch.rand</c>: uniform, 0 included and 1 excluded, in multiples of 2^-24.</summary>
    public void Rand(Span<float> destination)
    {
        foreach (ref float value in destination)
        {
            value = (_engine.NextUInt32() & 0xffffff) * (1f / (1 << 24));
        }
    }

    /// <summary>Fills the span as <c>torch.randint(low, high)</c>.</summary>
    /// <param name="low">The least value.</param>
    /// <param name="high">One more than the greatest value.</param>
    /// <param name="destination">Receives the values.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="high"/> is not above <paramref name="low"/>.</exception>
    public void Randint(long low, long high, Span<long> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        ulong range = unchecked((ulong)high - (ulong)low);
        foreach (ref long value in destination)
        {
            ulong random = range > uint.MaxValue ? _engine.NextUInt64() : _engine.NextUInt32();
            value = unchecked(low + (long)(random % range));
        }
    }

    /// <summary>Turns 16 uniforms into normals: each of the first eight with the one eight places on.</summary>
    private static void MakeNormal(Span<float> block)
    {
        for (int i = 0; i < BlockSize / 2; i++)
        {
            // 1 - u is never 0, so that the logarithm is finite.
            float radius = MathF.Sqrt(-2 * MathF.Log(1 - block[i]));
            (float sin, float cos) = MathF.SinCos(TwoPi * block[i + BlockSize / 2]);
            block[i] = radius * cos;
            block[i + BlockSize / 2] = radius * sin;
        }
    }

    private double NextNormal()
    {
        if (_waiting is { } waiting)
        {
            _waiting = null;
            return waiting;
        }

        double angle = 2 * Math.PI * NextDouble();
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        _waiting = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    private double NextDouble() => (_engine.NextUInt64() & (1UL << 53) - 1) * (1.0 / (1UL << 53));
}
