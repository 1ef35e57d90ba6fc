namespace SdFleet.Diffusion.Pipelines;

/// <content>Generations that show themselves on the way, or take two passes.</content>
public sealed partial class StableDiffusionPipeline
{
    /// <summary>Makes one image for each task, as one batch, and shows them on their way.</summary>
    /// <param name="tasks">As of <see cref="Generate"/>.</param>
    /// <param name="previews">How many stages are shown, and to whom. Each costs a run of the decoder for each image.</param>
    /// <param name="progress">Is told of each step.</param>
    /// <param name="cancellationToken">Ends the generation between steps, or inside one.</param>
    /// <inheritdoc cref="Generate"/>
    public IReadOnlyList<GeneratedImage> GenerateWithPreviews(
        IReadOnlyList<GenerationTask> tasks,
        PreviewOptions previews,
        IProgress<GenerationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(previews);
        previews.Validate();
        Check(tasks);
        return new ChunkGroups(_components, tasks, progress).Run(part =>
            new BatchGeneration(_components, part.Tasks, part.Chunks, part.Progress, probe: null) { Previews = previews.For(part.Members) }
                .Run(cancellationToken));
    }

    /// <summary>
    /// Makes one image for each task in two passes: at the tasks' size, which the model knows, and from there by image to image at a larger
    /// one. A pass draws its noise from the task's seed anew, so the second is what an image-to-image task of that seed and size would be.
    /// </summary>
    /// <param name="tasks">
    /// Tasks as one batch, at the small size; without <see cref="GenerationTask.Mask"/>, for a model of the kind
    /// <see cref="ModelKind.General"/>.
    /// </param>
    /// <param name="hires">How much larger, and how the second pass works.</param>
    /// <param name="progress">Is told of the steps of both passes as of one run.</param>
    /// <param name="cancellationToken">Ends the generation between steps, or inside one.</param>
    /// <returns>The large images in the order of the tasks.</returns>
    /// <inheritdoc cref="Generate"/>
    public IReadOnlyList<GeneratedImage> GenerateHires(
        IReadOnlyList<GenerationTask> tasks,
        HiresOptions hires,
        IProgress<GenerationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hires);
        Check(tasks);
        IReadOnlyList<GenerationTask> large = HiresGeneration.LargeTasks(_components, tasks, hires);
        GenerationLimits.Check(large, Info.SizeMultiple);
        return Split(
            tasks,
            new(large[0].Width, large[0].Height),
            progress,
            part => new HiresGeneration(_components, part, hires).Run(cancellationToken));
    }
}
