using System.Collections.Concurrent;
using System.Diagnostics;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Generates in one batch what fits into memory, and in halves what does not. How many images fitted is remembered for each image size, for
/// as long as the model is loaded. Safe for use from several threads.
/// </summary>
internal sealed class BatchSplitter
{
    private readonly ConcurrentDictionary<ImageSize, int> _fitting = new();

    /// <summary>Makes one image for each task.</summary>
    /// <param name="tasks">Tasks that share their size.</param>
    /// <param name="size">The largest size that the model is run at.</param>
    /// <param name="unetFile">
    /// The model whose memory grows with the batch. The others run image by image, so that a smaller batch would not help them.
    /// </param>
    /// <param name="progress">Is told of each step; where the batch is split, steps count once an image.</param>
    /// <param name="generate">Makes the images of some of the tasks.</param>
    /// <returns>The images in the order of the tasks.</returns>
    /// <exception cref="InferenceException">Even one image does not fit.</exception>
    public IReadOnlyList<GeneratedImage> Run(
        IReadOnlyList<GenerationTask> tasks,
        ImageSize size,
        string unetFile,
        IProgress<GenerationProgress>? progress,
        Func<IReadOnlyList<GenerationTask>, IProgress<GenerationProgress>?, IReadOnlyList<GeneratedImage>> generate)
    {
        int most = Math.Min(tasks.Count, _fitting.GetValueOrDefault(size, tasks.Count));
        long started = Stopwatch.GetTimestamp();
        List<GeneratedImage> images = [];
        while (images.Count < tasks.Count)
        {
            int count = Math.Min(most, tasks.Count - images.Count);
            bool whole = count == tasks.Count;
            try
            {
                images.AddRange(generate(
                    whole ? tasks : [.. tasks.Skip(images.Count).Take(count)],
                    whole || progress is null ? progress : new PartProgress(progress, images.Count, tasks.Count, started)));
            }
            catch (InferenceException error) when (error.IsOutOfMemory)
            {
                if (count == 1 || error.File != unetFile)
                {
                    throw Explain(error, size, unetFile);
                }

                most = (count + 1) / 2;
                _fitting.AddOrUpdate(size, most, (_, known) => Math.Min(known, most));
            }
        }

        return images;
    }

    private static InferenceException Explain(InferenceException error, ImageSize size, string unetFile) => new(
        error.File,
        FormattableString.Invariant($"{error.File} has too little memory for one image of {size.Width}x{size.Height}. ") +
        "Make a smaller image, free memory on the device, or take a half-precision model" +
        $"{(error.File == unetFile ? "; a GuidanceScale of 1 halves what the U-Net needs" : "")}. ONNX Runtime says: {error.InnerException!.Message}",
        error.InnerException!);

    /// <summary>Counts the steps of a part as what they are of the whole.</summary>
    private sealed class PartProgress(IProgress<GenerationProgress> whole, int before, int images, long started) : IProgress<GenerationProgress>
    {
        public void Report(GenerationProgress value) => whole.Report(value with
        {
            Step = (before * value.Steps) + (value.Step * value.Images),
            Steps = images * value.Steps,
            Images = images,
            Elapsed = Stopwatch.GetElapsedTime(started),
        });
    }
}
