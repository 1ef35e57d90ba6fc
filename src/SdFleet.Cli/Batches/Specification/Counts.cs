namespace SdFleet.Cli.Batches.Specification;

/// <summary>Sums and products of counts that stop at the largest number instead of starting again from 0.</summary>
internal static class Counts
{
    public static UInt128 Times(UInt128 a, UInt128 b) => a != 0 && b > UInt128.MaxValue / a ? UInt128.MaxValue : a * b;

    public static UInt128 Plus(UInt128 a, UInt128 b) => b > UInt128.MaxValue - a ? UInt128.MaxValue : a + b;
}
