namespace SdFleet.Contracts.Jobs;

/// <summary>A picture that a recipe needs.</summary>
/// <param name="Field">The field of a submission that names it.</param>
/// <param name="Sha256">SHA-256 of its file, lower-case hex.</param>
public sealed record RecipeInput(string Field, string Sha256)
{
    /// <summary>The pictures that a recipe needs; none for text to image.</summary>
    public static IEnumerable<RecipeInput> Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Task is not { } task)
        {
            yield break;
        }

        yield return new("initImage", task.InitImage);
        if (task.Mask is not null)
        {
            yield return new("mask", task.Mask);
        }

        if (task.DepthMap is not null)
        {
            yield return new("depthMap", task.DepthMap);
        }
    }
}
