namespace SdFleet.Diffusion.Imaging;

/// <summary>For each position along a side of a resized image: the positions of the source that it is made of, and their weights.</summary>
internal sealed class ResizeWeights
{
    /// <summary>What sums of weighted levels begin with, so that they round to the nearest level.</summary>
    public const int Half = 1 << (PrecisionBits - 1);

    // 32 bits less 8 for the level and 2 for what overshoots.
    private const int PrecisionBits = 22;

    private readonly int[] _first;
    private readonly int[] _count;
    private readonly int[] _weights;

    private ResizeWeights(int[] first, int[] count, int[] weights, int taps)
    {
        _first = first;
        _count = count;
        _weights = weights;
        Taps = taps;
    }

    /// <summary>The most source positions of any result position.</summary>
    public int Taps { get; }

    /// <summary>The weights of a filter.</summary>
    /// <param name="size">Positions of the source.</param>
    /// <param name="newSize">Positions of the result.</param>
    /// <param name="filter">The filter.</param>
    public static ResizeWeights Create(int size, int newSize, ResizeFilter filter)
    {
        // A smaller result needs the filter as much wider, or positions of the source would be left out.
        double scale = (double)size / newSize, width = Math.Max(scale, 1), support = Support(filter) * width;
        int taps = ((int)Math.Ceiling(support) * 2) + 1;
        int[] first = new int[newSize], count = new int[newSize];
        int[] weights = new int[newSize * taps];
        double[] own = new double[taps];
        for (int i = 0; i < newSize; i++)
        {
            double center = (i + 0.5) * scale;
            first[i] = Math.Max((int)(center - support + 0.5), 0);
            count[i] = Math.Min((int)(center + support + 0.5), size) - first[i];
            double sum = 0;
            for (int tap = 0; tap < count[i]; tap++)
            {
                own[tap] = Weight(filter, Math.Abs((first[i] + tap + 0.5 - center) / width));
                sum += own[tap];
            }

            for (int tap = 0; tap < count[i]; tap++)
            {
                weights[(i * taps) + tap] = ToFixed(own[tap] / sum);
            }
        }

        return new(first, count, weights, taps);
    }

    /// <summary>The first source position of a result position.</summary>
    public int First(int position) => _first[position];

    /// <summary>The weights of the source positions from the first one, in units of 2 to the power of -22.</summary>
    public ReadOnlySpan<int> Weights(int position) => _weights.AsSpan(position * Taps, _count[position]);

    /// <summary>Resizes one row of interleaved channels.</summary>
    public void Apply(ReadOnlySpan<byte> row, int channels, Span<byte> result)
    {
        for (int i = 0; i < _first.Length; i++)
        {
            ReadOnlySpan<int> weights = Weights(i);
            for (int channel = 0; channel < channels; channel++)
            {
                int sum = Half;
                for (int tap = 0; tap < weights.Length; tap++)
                {
                    sum += weights[tap] * row[((_first[i] + tap) * channels) + channel];
                }

                result[(i * channels) + channel] = ToLevel(sum);
            }
        }
    }

    /// <summary>The level that a sum of weighted levels is.</summary>
    public static byte ToLevel(int sum) => (byte)Math.Clamp(sum >> PrecisionBits, byte.MinValue, byte.MaxValue);

    private static int ToFixed(double weight) => (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << PrecisionBits)));

    private static double Support(ResizeFilter filter) => filter switch
    {
        ResizeFilter.Bilinear => 1,
        ResizeFilter.Bicubic => 2,
        ResizeFilter.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "There is no such filter."),
    };

    private static double Weight(ResizeFilter filter, double distance)
    {
        if (distance >= Support(filter))
        {
            return 0;
        }

        return filter switch
        {
            ResizeFilter.Bilinear => 1 - distance,
            ResizeFilter.Bicubic => distance < 1
                ? (((1.5 * distance) - 2.5) * distance * distance) + 1
                : (((((-0.5 * distance) + 2.5) * distance) - 4) * distance) + 2,
            _ => Sinc(distance) * Sinc(distance / 3),
        };
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
