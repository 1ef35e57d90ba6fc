namespace SdFleet.Cli.Batches.Specification;

/// <summary>Fields that take one of several values together, every one of them combined with everything else.</summary>
/// <param name="Name">As the specification names it.</param>
/// <param name="Fields">Their numbers in <see cref="RecipeFields"/>: one, or width and height, or the pictures that go together.</param>
/// <param name="Values">Each choice's values, in the order of <paramref name="Fields"/>.</param>
internal sealed record FieldAxis(string Name, IReadOnlyList<int> Fields, IReadOnlyList<IReadOnlyList<FieldValue>> Values)
{
    /// <summary>A choice as a person reads it: a size as 512x768, a digest by its beginning.</summary>
    public string Shown(int choice)
    {
        var parts = Fields.Select((field, i) => (Rule: RecipeFields.RuleOf(RecipeFields.Names[field]), Text: Values[choice][i].ToString())).ToList();
        return string.Join(parts[0].Rule.IsDigest ? " + " : "x", parts.Where(p => p.Text.Length > 0).Select(p => p.Rule.IsDigest ? Digest.Short(p.Text) : p.Text));
    }

    public void Apply(int choice, Span<FieldValue> recipe)
    {
        for (var i = 0; i < Fields.Count; i++)
        {
            recipe[Fields[i]] = Values[choice][i];
        }
    }
}
