namespace SdFleet.Contracts.Jobs;

/// <summary>
/// Keeps services of the version before recipes had prompts' options, LoRAs, tasks and second passes from making a picture of text
/// alone instead, and those of the version before recipes had settings of their scheduler from making one without these. They read
/// past fields that they do not know, but each worker compares the digest of the weights that a recipe insists on with its own: where
/// such a recipe is stored or sent, a mark stands before that digest, and an old worker gives the job back for another one.
/// </summary>
/// <remarks>
/// A recipe whose new fields an old coordinator dropped on its way keeps its mark, so that a new worker gives it back too. Whoever gives
/// recipes another field that decides the pixels chooses another mark for those that have it.
/// </remarks>
public static class RecipeSeal
{
    private const string Mark = "needs-newer-services:";

    // Another one, as there are services that open the one above and drop these; it stands for everything newer at once.
    private const string SettingsMark = "needs-scheduler-settings:";

    /// <summary>The recipe as it is stored and sent: the same one where every version can read it.</summary>
    public static Recipe Close(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return MarkOf(recipe) is { } mark ? recipe with { ModelDigest = mark + recipe.ModelDigest } : recipe;
    }

    /// <summary>The recipe as it was before <see cref="Close"/>; with its mark, and so for no worker, where its new fields are lost.</summary>
    public static Recipe Open(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.ModelDigest is { } digest && MarkOf(recipe) is { } mark && digest.StartsWith(mark, StringComparison.Ordinal)
            ? recipe with { ModelDigest = digest.Length > mark.Length ? digest[mark.Length..] : null }
            : recipe;
    }

    // Null for what every version can read.
    private static string? MarkOf(Recipe recipe) =>
        recipe.SchedulerSettings is not null ? SettingsMark : recipe is { Prompts: null, Loras: null, Task: null, Hires: null } ? null : Mark;
}
