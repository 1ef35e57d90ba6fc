namespace SdFleet.Diffusion.Noise;

/// <summary>Philox4x32-10, a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).</summary>
public static class Philox
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xd2511f53, Multiplier1 = 0xcd9e8d57;
    private const uint KeyStep0 = 0x9e3779b9, KeyStep1 = 0xbb67ae85;

    /// <summary>The four random words of a counter under a key.</summary>
    /// <param name="key">The key, lower word first: PyTorch's seed.</param>
    /// <param name="counterLow">The lower two counter words: PyTorch's offset.</param>
    /// <param name="counterHigh">The upper two counter words: PyTorch's thread.</param>
    public static (uint X, uint Y, uint Z, uint W) Generate(ulong key, ulong counterLow, ulong counterHigh)
    {
        uint key0 = (uint)key, key1 = (uint)(key >> 32);
        uint x = (uint)counterLow, y = (uint)(counterLow >> 32), z = (uint)counterHigh, w = (uint)(counterHigh >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * x;
            ulong product1 = (ulong)Multiplier1 * z;
            (x, y, z, w) = ((uint)(product1 >> 32) ^ y ^ key0, (uint)product1, (uint)(product0 >> 32) ^ w ^ key1, (uint)product0);
            key0 += KeyStep0;
            key1 += KeyStep1;
        }

        return (x, y, z, w);
    }
}
