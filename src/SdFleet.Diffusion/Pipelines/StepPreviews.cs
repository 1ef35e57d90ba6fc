using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Decodes latents between steps, for people to look at.</summary>
internal sealed class StepPreviews(PreviewOptions options, LatentDecoder decoder, LatentShape shape, RunScope scope)
{
    /// <summary>Shows the images where this is one of the stages that are wanted.</summary>
    /// <param name="scheduler">The scheduler.</param>
    /// <param name="index">The index of the step that comes next, or the number of all.</param>
    /// <param name="firstIndex">The index that the loop began at.</param>
    /// <param name="latents">The images' latents, one behind the other.</param>
    public void Show(Scheduler scheduler, int index, int firstIndex, ReadOnlySpan<float> latents)
    {
        int done = index - firstIndex, steps = scheduler.Timesteps.Length - firstIndex;
        if (!IsStage(done, steps))
        {
            return;
        }

        float[] values = latents.ToArray();
        if (index < scheduler.Timesteps.Length)
        {
            // Brings noisy latents to the range that all latents have, whatever the scheduler counts noise in.
            scheduler.ScaleModelInput(index, latents, values);
        }

        for (int image = 0; image * shape.Length < values.Length; image++)
        {
            bool last = (image + 1) * shape.Length >= values.Length;
            RgbImage picture = decoder.Decode(values.AsSpan(image * shape.Length, shape.Length), shape, scope, last: last).Image;
            options.Receiver.Report(new(image, done, steps, picture));
        }
    }

    private bool IsStage(int done, int steps)
    {
        int last = Math.Min(options.Count - 1, steps);
        int stage = (int)Math.Round((double)done * last / steps);
        return done == (int)Math.Round((double)stage * steps / last);
    }
}
