using System.Globalization;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>Seeds as golden files have them: decimal text, negative or up to 64 bits.</summary>
internal static class GoldenSeed
{
    public static ulong Parse(string text) => text.StartsWith('-')
        ? unchecked((ulong)long.Parse(text, CultureInfo.InvariantCulture))
        : ulong.Parse(text, CultureInfo.InvariantCulture);
}
