using SdFleet.Cli.Batches.Random;

namespace SdFleet.Cli.Tests.Batches;

public sealed class SplitMix64Tests
{
    // The first numbers of the authors' own program (https://prng.di.unimi.it/splitmix64.c) for this seed.
    [Fact]
    public void At_GivesThePublishedNumbers()
    {
        var numbers = new SplitMix64(1234567);

        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(i => numbers.At((ulong)i)));
    }

    [Fact]
    public void Below_TakesEveryNumberAboutEquallyOften()
    {
        var numbers = SplitMix64.ForPurpose(1, "test");

        var counts = Enumerable.Range(0, 60_000).CountBy(i => numbers.Below((ulong)i, 6)).ToDictionary();

        // Ten thousand each; five standard deviations are 456.
        Assert.Equal(6, counts.Count);
        Assert.All(counts, count => Assert.InRange(count.Value, 9_544, 10_456));
    }

    [Fact]
    public void ForPurpose_AnotherPurposeOrSeed_GivesOtherNumbers()
    {
        var firsts = new[] { (1UL, "a"), (1UL, "b"), (2UL, "a") }.Select(it => SplitMix64.ForPurpose(it.Item1, it.Item2).At(0));

        Assert.Equal(3, firsts.Distinct().Count());
    }
}
