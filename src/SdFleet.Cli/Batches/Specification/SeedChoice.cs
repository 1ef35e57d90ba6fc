using SdFleet.Cli.Batches.Random;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>The seeds of the jobs: given, the same for every prompt; or drawn.</summary>
internal sealed class SeedChoice
{
    // PyTorch's generator on the CPU takes 32 bits of a seed.
    private const ulong Noises = 1UL << 32;

    private readonly IReadOnlyList<long>? _given;
    private readonly SplitMix64 _keys;
    private readonly ulong _blocks;
    private readonly ulong _images;

    private SeedChoice(IReadOnlyList<long>? given, int perPrompt, ulong seed, int images)
    {
        _given = given;
        PerPrompt = perPrompt;
        _images = (ulong)images;
        _blocks = Noises / _images;
        _keys = SplitMix64.ForPurpose(seed, "seeds");
    }

    /// <summary>Jobs of each prompt, which differ in nothing but the seed.</summary>
    public int PerPrompt { get; }

    /// <summary>Whether they are drawn.</summary>
    public bool AreDrawn => _given is null;

    public static SeedChoice Given(IReadOnlyList<long> seeds) => new(seeds, seeds.Count, 0, 1);

    /// <summary>Drawn so that no two pictures of a batch begin from the same noise, as long as it has no more than 2^32.</summary>
    /// <param name="perPrompt">Jobs of each prompt.</param>
    /// <param name="seed">The specification's.</param>
    /// <param name="images">Pictures of a job, which take seeds one after the other.</param>
    public static SeedChoice Drawn(int perPrompt, ulong seed, int images) => new(null, perPrompt, seed, images);

    /// <summary>The seed of a job's first picture.</summary>
    public long Of(long job)
    {
        if (_given is not null)
        {
            return _given[(int)(job % PerPrompt)];
        }

        var (round, place) = Math.DivRem((ulong)job, _blocks);
        return (long)((ulong)new IndexPermutation(_blocks, _keys.At(round))[place] * _images);
    }
}
