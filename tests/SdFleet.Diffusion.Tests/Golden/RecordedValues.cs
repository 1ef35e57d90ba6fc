using System.Text.Json;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>Values as rng/*.json have them: all, or the first and the last 64, and totals over all.</summary>
internal static class RecordedValues
{
    public static void Check(string what, JsonElement recorded, float[] actual, double tolerance)
    {
        CheckPart(what, recorded.Optional("values"), actual, tolerance);
        CheckPart($"{what} first", recorded.Optional("first64"), actual, tolerance);
        CheckPart($"{what} last", recorded.Optional("last64"), actual, tolerance, fromEnd: true);

        double totalTolerance = tolerance * Math.Max(1, actual.Length);
        CheckTotal($"{what} sum", recorded.Optional("sum"), actual.Sum(value => (double)value), totalTolerance);
        CheckTotal($"{what} sumsq", recorded.Optional("sumsq"), actual.Sum(value => (double)value * value), totalTolerance);
    }

    private static void CheckPart(string what, JsonElement? recorded, float[] actual, double tolerance, bool fromEnd = false)
    {
        if (recorded is { } part)
        {
            float[] expected = part.Floats();
            int start = fromEnd ? actual.Length - expected.Length : 0;
            Near.Absolute(what, expected, actual.AsSpan(start, expected.Length), tolerance);
        }
    }

    private static void CheckTotal(string what, JsonElement? recorded, double actual, double tolerance)
    {
        if (recorded is { } total)
        {
            Near.Absolute(what, [total.GetDouble()], [actual], tolerance);
        }
    }
}
