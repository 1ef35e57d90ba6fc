using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Configuration;
using SdFleet.Storage;
using SdFleet.Worker.Models;
using SdFleet.Worker.Output;

namespace SdFleet.Worker.Inference;

/// <summary>Gets what a recipe needs before the model is asked: its pictures, and its LoRAs.</summary>
internal sealed class RecipePreparation(LoadedModel model, LoraFolder loras, ModelCatalog models, IArtifactStore artifacts, StorePatience patience)
{
    /// <param name="work">The attempt.</param>
    /// <param name="wait">What it has waited for the store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">Something that it needs is not there, or not what it should be.</exception>
    /// <exception cref="ArtifactStoreException">The store has failed and the attempt waits no longer for it, or a picture in it is damaged.</exception>
    public async Task<PreparedRecipe> PrepareAsync(GenerateImages work, StoreWait wait, CancellationToken cancellationToken)
    {
        var recipe = work.Recipe;
        var chosen = await loras.ChooseAsync(recipe.Loras, cancellationToken).ConfigureAwait(false);
        var pictures = await patience.RunAsync(
            wait, token => TaskPictures.ReadAsync(artifacts, work.Tenant, recipe, token), cancellationToken).ConfigureAwait(false);
        var shape = model.Model.Shape(model.Name, models.Specs[model.Name].MaxSize);
        return new PreparedRecipe(recipe, pictures, shape, new PassSettings([.. chosen.Select(lora => lora.Adapter)], RecipeTasks.HiresOf(recipe)));
    }
}
