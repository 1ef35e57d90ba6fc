using System.Globalization;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>Comparisons within a tolerance that name the worst value.</summary>
internal static class Near
{
    public static void Absolute(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {actual.Length} values instead of {expected.Length}");
        double worst = 0;
        int at = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(expected[i] - actual[i]);

            // Written so that NaN is the worst of all.
            if (!(difference <= worst))
            {
                worst = difference;
                at = i;
            }
        }

        Assert.True(worst <= tolerance, worst == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: [{at}] is {actual[at]:G9} instead of {expected[at]:G9}: off by {worst:G3}, tolerance {tolerance:G3}"));
    }

    public static void Absolute(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance) =>
        Absolute(what, Widen(expected), Widen(actual), tolerance);

    private static double[] Widen(ReadOnlySpan<float> values)
    {
        double[] wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return wide;
    }
}
