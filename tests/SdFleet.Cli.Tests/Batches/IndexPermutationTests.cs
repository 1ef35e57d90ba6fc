using SdFleet.Cli.Batches.Random;

namespace SdFleet.Cli.Tests.Batches;

public sealed class IndexPermutationTests
{
    public static TheoryData<int> Sizes => [.. Enumerable.Range(1, 70), 255, 256, 257, 1000, 4095, 4096, 4097, 65_537, 100_003];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Permutation_OfAnySize_HasEveryNumberOnce(int size)
    {
        var permutation = new IndexPermutation((UInt128)size, 42);
        var seen = new bool[size];

        for (var i = 0; i < size; i++)
        {
            var number = (int)permutation[(UInt128)i];
            Assert.False(seen[number], $"{number} comes twice");
            seen[number] = true;
        }
    }

    [Theory]
    [InlineData(1e12)]
    [InlineData(1e25)]
    [InlineData(8.5e37)]
    public void Permutation_OfMoreThanCanBeTried_StaysWithinAndNeverRepeats(double size)
    {
        var permutation = new IndexPermutation((UInt128)size, 7);
        var seen = new HashSet<UInt128>();

        for (var i = 0; i < 20_000; i++)
        {
            var number = permutation[(UInt128)i];
            Assert.True(number < (UInt128)size);
            Assert.True(seen.Add(number));
        }

        // Over all of it, not near where the indices are.
        Assert.True(seen.Min() < (UInt128)(size / 1000) && seen.Max() > (UInt128)(size * 0.999));
    }

    // Small ones are the hard ones for a network of few bits: every order of three comes about equally often.
    [Fact]
    public void Permutation_OverManyKeys_TakesEveryOrder()
    {
        var orders = Enumerable.Range(0, 6000).CountBy(key =>
        {
            var permutation = new IndexPermutation(3, (ulong)key);
            return (permutation[0], permutation[1], permutation[2]);
        }).ToDictionary();

        // A thousand each; five standard deviations are 144.
        Assert.Equal(6, orders.Count);
        Assert.All(orders, order => Assert.InRange(order.Value, 856, 1144));
    }

    [Fact]
    public void Permutation_OutOfRange_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new IndexPermutation(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IndexPermutation(IndexPermutation.MaxSize + 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IndexPermutation(5, 1)[5]);
    }
}
