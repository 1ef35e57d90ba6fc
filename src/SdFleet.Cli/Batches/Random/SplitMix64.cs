using System.Text;

namespace SdFleet.Cli.Batches.Random;

/// <summary>
/// The generator SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), whose n-th
/// number follows from the seed and n alone. A batch draws with it and not with <see cref="System.Random"/>, whose numbers may
/// change with .NET: the same specification must give the same jobs on every machine, for good.
/// </summary>
/// <param name="seed">Any number.</param>
internal readonly struct SplitMix64(ulong seed)
{
    // 2^64 divided by the golden ratio, made odd.
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>A generator for one purpose: numbers drawn for different purposes from one seed have nothing to do with each other.</summary>
    public static SplitMix64 ForPurpose(ulong seed, string purpose)
    {
        // FNV-1a, 64 bits, over the name's UTF-8.
        var hash = 0xCBF29CE484222325;
        foreach (var value in Encoding.UTF8.GetBytes(purpose))
        {
            hash = (hash ^ value) * 0x100000001B3;
        }

        return new SplitMix64(new SplitMix64(seed).At(hash));
    }

    /// <summary>The number at a place, from 0: what the generator's usual form gives when called for the (index + 1)-th time.</summary>
    public ulong At(ulong index) => Mix(seed + ((index + 1) * Gamma));

    /// <summary>
    /// A number from 0 to <paramref name="count"/> - 1. By multiplication (Lemire, "Fast random integer generation in an
    /// interval", 2019) without its rejection, so that one place takes one number: the bias is at most count / 2^64.
    /// </summary>
    public ulong Below(ulong index, ulong count) => (ulong)(((UInt128)At(index) * count) >> 64);

    /// <summary>The generator's output function: a bijection of 64 bits in which each bit depends on all.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
