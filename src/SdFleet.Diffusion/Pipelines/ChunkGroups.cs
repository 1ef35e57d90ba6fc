using System.Diagnostics;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// One call's tasks, as one batch for each number of chunks that their prompts have. Padding shorter prompts to the longest of the batch
/// would do with one, but the U-Net attends to padding too: an image would depend on what it was batched with.
/// </summary>
internal sealed class ChunkGroups(
    PipelineComponents components, IReadOnlyList<GenerationTask> tasks, IProgress<GenerationProgress>? progress, GenerationProbe? probe)
{
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Makes the images, in the order of the tasks.</summary>
    /// <exception cref="ArgumentException">A prompt cannot be read or encoded so; nothing has been made then.</exception>
    public IReadOnlyList<GeneratedImage> Run(CancellationToken cancellationToken)
    {
        foreach (int skip in tasks.Select(task => task.ClipSkip).Distinct())
        {
            components.Prompts.CheckClipSkip(skip);
        }

        List<IGrouping<int, int>> groups = [.. Enumerable.Range(0, tasks.Count).GroupBy(i => CountChunks(tasks[i]))];
        if (groups.Count == 1)
        {
            return new BatchGeneration(components, tasks, groups[0].Key, progress, probe).Run(cancellationToken);
        }

        GeneratedImage[] images = new GeneratedImage[tasks.Count];
        TimeSpan textEncode = default, denoise = default;
        for (int group = 0; group < groups.Count; group++)
        {
            int[] members = [.. groups[group]];
            BatchGeneration batch = new(
                components, [.. members.Select(i => tasks[i])], groups[group].Key, new GroupProgress(this, group, groups.Count), probe);
            IReadOnlyList<GeneratedImage> made = batch.Run(cancellationToken);
            textEncode += made[0].Timings.TextEncode;
            denoise += made[0].Timings.Denoise;
            for (int i = 0; i < members.Length; i++)
            {
                images[members[i]] = made[i];
            }
        }

        // What all went through together is said of each, as of one batch.
        return [.. images.Select(image => image with { Timings = image.Timings with { TextEncode = textEncode, Denoise = denoise } })];
    }

    private int CountChunks(GenerationTask task)
    {
        int prompt = components.Prompts.CountChunks(task.PromptText);
        int negative = task.IsGuided ? components.Prompts.CountChunks(task.NegativePromptText) : 1;
        int chunks = Math.Max(prompt, negative), tokens = chunks * components.Prompts.ChunkLength;
        int taken = components.Unet.Embeddings.Dimensions[1];
        const string Field = nameof(task.LongPrompts);
        return chunks == 1 || taken < 0 || taken == tokens
            ? chunks
            : throw GenerationLimits.Refuse(Field, FormattableString.Invariant($"{Field} is {task.LongPrompts}, and the prompts have {tokens} tokens, {chunks} chunks of them; {components.Unet.File} was exported for {taken} tokens only."));
    }

    private sealed class GroupProgress(ChunkGroups owner, int group, int groups) : IProgress<GenerationProgress>
    {
        public void Report(GenerationProgress value) => owner.Report(value, group, groups);
    }

    private void Report(GenerationProgress value, int group, int groups) => progress?.Report(
        new((group * value.Steps) + value.Step, groups * value.Steps, tasks.Count, Stopwatch.GetElapsedTime(_started)));
}
