using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Worker.Inference;
using SdFleet.Worker.Models;

namespace SdFleet.Worker.Tests;

public sealed class SyntheticModelTests
{
    [Fact]
    public void Generate_WithAJournal_WritesEachPictureDownBeforeItIsMade()
    {
        var journal = Path.GetTempFileName();
        using var model = new SyntheticModel(new SyntheticOptions { Journal = journal });
        var recipe = new Recipe
        {
            Model = "m", Prompt = "a \"quoted\"\nprompt", Width = 64, Height = 64, Steps = 2, GuidanceScale = 1, Scheduler = "ddim", Seed = 7,
        };
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        model.Generate([.. RecipeTasks.Of(recipe, 2)], PassSettings.Plain, new Progress<GenerationProgress>(), default);
        Assert.Throws<OperationCanceledException>(() => model.Generate([.. RecipeTasks.Of(recipe, 1)], PassSettings.Plain, new Progress<GenerationProgress>(), cancelled.Token));

        Assert.Equal(
            [$$"""{"prompt":"a \"quoted\"\nprompt","seed":7}""", $$"""{"prompt":"a \"quoted\"\nprompt","seed":8}""", $$"""{"prompt":"a \"quoted\"\nprompt","seed":7}"""],
            File.ReadAllLines(journal));
        File.Delete(journal);
    }
}
