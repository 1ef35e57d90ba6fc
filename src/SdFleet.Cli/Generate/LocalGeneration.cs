using SdFleet.Cli.Output;
using SdFleet.Cli.Progress;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion;
using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Worker.Inference;

namespace SdFleet.Cli.Generate;

/// <summary>Makes the pictures in this process, without bus and stores. The same recipe gives the same pixels as in a fleet.</summary>
internal static class LocalGeneration
{
    // As a worker does unless it is told otherwise.
    private const int ImagesAtOnce = 4;

    public static async Task<GeneratedPictures> RunAsync(
        SubmitJob submission,
        LocalModel model,
        LocalPrompts prompts,
        TaskRequest request,
        CliConsole console,
        CancellationToken cancellationToken)
    {
        LocalRecipe.Check(submission, model);
        var files = TaskFiles.Read(request);
        GeneratedPictures generated;
        using (var display = new ProgressDisplay(console, "loading", submission.Images ?? 1))
        {
            // The model computes on its own thread, so that this one stays free for the display and Ctrl-C.
            generated = await Task.Run(() => Run(submission, model, prompts, request, files, console.Time, display, cancellationToken), cancellationToken);
        }

        if (generated.DroppedTokens > 0)
        {
            console.Note(
                $"The model did not see the last {generated.DroppedTokens} tokens of the prompt. With --long-prompts chunk it does.");
        }

        return generated;
    }

    private static GeneratedPictures Run(
        SubmitJob submission,
        LocalModel model,
        LocalPrompts prompts,
        TaskRequest request,
        TaskFiles files,
        TimeProvider time,
        ProgressDisplay display,
        CancellationToken cancellationToken)
    {
        var dropped = 0;
        using var pipeline = Load(model, prompts.Embeddings);
        var job = LocalRecipe.Resolve(submission, model, pipeline, time);
        var digest = pipeline.GetModelDigestAsync(cancellationToken).GetAwaiter().GetResult();
        var pictures = new List<GeneratedPicture>();
        var recipe = job.Recipe;
        var strip = new StripFile(request.StripFrames);
        foreach (var tasks in Tasks(job, prompts).Select(task => files.Apply(task, pipeline.Info)).Chunk(ImagesAtOnce))
        {
            var progress = new StepReport(display, pictures.Count);
            foreach (var image in Generate())
            {
                if (image.WhyUnusable is { } reason)
                {
                    throw new CliException($"seed {image.Seed}: {reason}");
                }

                dropped = image.DroppedTokens;

                // A text names the first pass's size, and how much larger the second was; the person is told what there is now.
                var made = recipe with { Width = image.Task.Width, Height = image.Task.Height };
                recipe = recipe with { Width = image.Image.Width, Height = image.Image.Height };
                var text = RecipeTasks.TextOf(made, image.Seed, digest, [.. prompts.ToFields(), .. TaskFields.Of(request, image.Task)]).ToPngText();
                pictures.Add(new GeneratedPicture(image.Seed, PngWriter.ToArray(image.Image, text)));
            }

            display.Report(pictures.Count);

            IReadOnlyList<GeneratedImage> Generate()
            {
                try
                {
                    return request.Hires is not null ? pipeline.GenerateHires(tasks, request.Hires, progress, cancellationToken)
                        : request.Strip is not null ? pipeline.GenerateWithPreviews(tasks, strip.After(pictures.Count), progress, cancellationToken)
                        : pipeline.Generate(tasks, progress, cancellationToken);
                }
                // The recipe was checked before; what is left is what only the model knows.
                catch (ArgumentException e)
                {
                    throw TaskFields.ToException(e);
                }
            }
        }

        if (request.Strip is not null)
        {
            strip.Save(request.Strip);
        }

        return new GeneratedPictures(JobId: null, recipe, pictures) { DroppedTokens = dropped };
    }

    /// <summary>Loads the model with its LoRAs.</summary>
    /// <exception cref="CliException">It cannot be loaded; the message says why.</exception>
    public static StableDiffusionPipeline Load(LocalModel model, IReadOnlyList<TextualInversion> embeddings)
    {
        try
        {
            return StableDiffusionPipeline.Load(model.Folder, adapters: new() { Loras = model.Loras, Embeddings = embeddings });
        }
        catch (ModelFormatException e) when (model.Loras.Any(lora => lora.Path == e.File))
        {
            throw new CliException($"the LoRA cannot be used: {e.Message}", cause: e);
        }
        catch (ModelFormatException e) when (embeddings.Any(embedding => embedding.Path == e.File))
        {
            throw new CliException($"the embedding cannot be used: {e.Message}", cause: e);
        }
        catch (ArgumentException e)
        {
            throw new CliException(e.Message, ExitCodes.Usage, e);
        }
        catch (ModelFormatException e)
        {
            throw new CliException(
                $"the model cannot be loaded: {e.Message} \"sdfleet models inspect {model.Folder}\" shows what the folder is.", cause: e);
        }
    }

    private static IEnumerable<GenerationTask> Tasks(ResolvedJob job, LocalPrompts prompts) =>
        RecipeTasks.Of(job.Recipe, job.Images).Select(task => task with
        {
            PromptSyntax = prompts.Syntax,
            LongPrompts = prompts.LongPrompts,
            ClipSkip = prompts.ClipSkip,
        });

    private sealed class StepReport(ProgressDisplay display, int done) : IProgress<GenerationProgress>
    {
        public void Report(GenerationProgress value) => display.Report(done, (double)value.Step / value.Steps * value.Images, "drawing");
    }
}
