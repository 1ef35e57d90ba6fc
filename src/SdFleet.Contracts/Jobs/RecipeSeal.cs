namespace SdFleet.Contracts.Jobs;

/// <summary>
/// Keeps services of the version before recipes had prompts' options, LoRAs, tasks and second passes from making a picture of text
/// alone instead. They read past fields that they do not know, but each worker compares the digest of the weights that a recipe
/// insists on with its own: where such a recipe is stored or sent, this mark stands before that digest, and an old worker gives the
/// job back for another one.
/// </summary>
/// <remarks>
/// A recipe whose new fields an old coordinator dropped on its way keeps its mark, so that a new worker gives it back too. Whoever gives
/// recipes another field that decides the pixels chooses another mark for those that have it.
/// </remarks>
public static class RecipeSeal
{
    private const string Mark = "needs-newer-services:";

    /// <summary>The recipe as it is stored and sent: the same one where every version can read it.</summary>
    public static Recipe Close(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return IsOfEveryVersion(recipe) ? recipe : recipe with { ModelDigest = Mark + recipe.ModelDigest };
    }

    /// <summary>The recipe as it was before <see cref="Close"/>; with its mark, and so for no worker, where its new fields are lost.</summary>
    public static Recipe Open(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.ModelDigest is { } digest && digest.StartsWith(Mark, StringComparison.Ordinal) && !IsOfEveryVersion(recipe)
            ? recipe with { ModelDigest = digest.Length > Mark.Length ? digest[Mark.Length..] : null }
            : recipe;
    }

    private static bool IsOfEveryVersion(Recipe recipe) => recipe is { Prompts: null, Loras: null, Task: null, Hires: null };
}
