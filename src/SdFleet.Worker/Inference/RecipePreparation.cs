using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Configuration;
using SdFleet.Storage;
using SdFleet.Worker.Models;

namespace SdFleet.Worker.Inference;

/// <summary>Gets what a recipe needs before the model is asked: its pictures, and its LoRAs.</summary>
internal sealed class RecipePreparation(LoadedModel model, LoraFolder loras, ModelCatalog models, IArtifactStore artifacts)
{
    /// <exception cref="ArgumentException">Something that it needs is not there, or not what it should be.</exception>
    /// <exception cref="ArtifactStoreException">The store failed.</exception>
    public async Task<PreparedRecipe> PrepareAsync(GenerateImages work, CancellationToken cancellationToken)
    {
        var recipe = work.Recipe;
        var chosen = await loras.ChooseAsync(recipe.Loras, cancellationToken).ConfigureAwait(false);
        var pictures = await TaskPictures.ReadAsync(artifacts, work.Tenant, recipe, cancellationToken).ConfigureAwait(false);
        var shape = model.Model.Shape(model.Name, models.Specs[model.Name].MaxSize);
        return new PreparedRecipe(recipe, pictures, shape, new PassSettings([.. chosen.Select(lora => lora.Adapter)], RecipeTasks.HiresOf(recipe)));
    }
}
