using SdFleet.Cli.Batches.Random;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>A number that is drawn for each prompt: <paramref name="From"/> plus a multiple of <paramref name="Step"/>.</summary>
/// <param name="Field">Its number in <see cref="RecipeFields"/>.</param>
/// <param name="From">The smallest.</param>
/// <param name="Step">From one to the next.</param>
/// <param name="Count">How many there are to draw from.</param>
/// <param name="Numbers">Draws.</param>
internal sealed record FieldDraw(int Field, decimal From, decimal Step, int Count, SplitMix64 Numbers)
{
    public decimal Last => RecipeFields.Trimmed(From + ((Count - 1) * Step));

    public FieldValue At(long index) => new(null, From + (Numbers.Below((ulong)index, (ulong)Count) * Step));
}
