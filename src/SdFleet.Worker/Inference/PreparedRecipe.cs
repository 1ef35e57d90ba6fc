using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Worker.Inference;

/// <summary>A recipe with everything that it needs at hand.</summary>
internal sealed class PreparedRecipe(Recipe recipe, TaskPictures pictures, ModelShape model, PassSettings settings)
{
    /// <summary>What its pictures have in common.</summary>
    public PassSettings Settings => settings;

    /// <summary>The task of the picture of a seed.</summary>
    /// <exception cref="ArgumentException">The model is not made for it.</exception>
    public GenerationTask Task(long seed) => RecipeTasks.Of(recipe, seed, pictures, model);
}
