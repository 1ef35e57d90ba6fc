namespace SdFleet.Cli.Batches.Specification;

/// <summary>Fields that take one of several values together, every one of them combined with everything else.</summary>
/// <param name="Name">As the specification names it.</param>
/// <param name="Fields">Their numbers in <see cref="RecipeFields"/>: one, or width and height.</param>
/// <param name="Values">Each choice's values, in the order of <paramref name="Fields"/>.</param>
internal sealed record FieldAxis(string Name, IReadOnlyList<int> Fields, IReadOnlyList<IReadOnlyList<FieldValue>> Values)
{
    public void Apply(int choice, Span<FieldValue> recipe)
    {
        for (var i = 0; i < Fields.Count; i++)
        {
            recipe[Fields[i]] = Values[choice][i];
        }
    }
}
