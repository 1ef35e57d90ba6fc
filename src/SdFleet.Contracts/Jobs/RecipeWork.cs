namespace SdFleet.Contracts.Jobs;

/// <summary>How much work a recipe is, before anything is measured.</summary>
public static class RecipeWork
{
    /// <summary>
    /// Pixels times passes of the U-Net, of one picture: width × height × steps, twice where guidance is on (a scale above 1). A
    /// device's time is near to proportional to it; a solver of second order takes up to twice as many passes a step, and attention
    /// more time for each pixel of a larger picture. Where a picture is the beginning, only its strength's part of the steps is run; a
    /// second pass comes on top.
    /// </summary>
    public static double PixelPasses(this Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var steps = recipe.Steps * (recipe.Task?.Strength ?? 1);
        if (recipe.Hires is { } hires)
        {
            steps += hires.Scale * hires.Scale * hires.Steps * hires.Strength;
        }

        return recipe.Width * recipe.Height * steps * (recipe.GuidanceScale > 1 ? 2 : 1);
    }
}
