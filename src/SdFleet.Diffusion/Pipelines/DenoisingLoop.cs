using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>The one denoising loop: noise in, latents out.</summary>
/// <param name="scheduler">The scheduler, its timesteps set.</param>
/// <param name="unet">The U-Net's call, the encoded prompts in it.</param>
/// <param name="guidance">How rows of the U-Net's batch become images.</param>
/// <param name="noise">The batch's noise, as far as the strategy has drawn from it.</param>
/// <param name="strategy">The way of generating, prepared.</param>
internal sealed class DenoisingLoop(
    Scheduler scheduler, UnetCall unet, Guidance guidance, BatchNoise noise, DenoisingStrategy strategy)
{
    /// <summary>Runs the loop.</summary>
    /// <param name="latents">The images' latents, one behind the other: first noisy, then finished.</param>
    /// <param name="images">How many images that are.</param>
    /// <param name="firstIndex">The index into the scheduler's timesteps to begin at.</param>
    /// <param name="options">The scheduler's options.</param>
    /// <param name="scope">Cancels between and inside steps.</param>
    /// <param name="report">Is told how many steps are done, of how many.</param>
    /// <param name="probe">Sees what goes in and out, in tests.</param>
    /// <param name="previews">Shows the images on their way; null where nobody looks.</param>
    public void Run(
        Span<float> latents,
        int images,
        int firstIndex,
        StepOptions options,
        RunScope scope,
        Action<int, int> report,
        GenerationProbe? probe,
        StepPreviews? previews = null)
    {
        scheduler.Begin(images, latents.Length / images, firstIndex, options);
        int end = scheduler.Timesteps.Length;
        int lastWithNoise = LastWithNoise(firstIndex, end);
        WriteExtraChannels(images);
        previews?.Show(scheduler, firstIndex, firstIndex, latents);
        float[] stepNoise = lastWithNoise >= firstIndex ? new float[latents.Length] : [];
        for (int index = firstIndex; index < end; index++)
        {
            scope.ThrowIfCancelled();
            WriteLatents(index, latents, images);
            guidance.RepeatInput(unet.Sample);
            probe?.OnUnetInput(index - firstIndex, scheduler.Timesteps[index], unet.Sample);
            unet.Run(scheduler.Timesteps[index], scope, last: index + 1 == end);
            probe?.OnUnetOutput(index - firstIndex, unet.Output);

            Span<float> prediction = guidance.Combine(unet.Output);
            if (index <= lastWithNoise)
            {
                // Drawn as often as diffusers does, used or not, so that what is drawn later is the same.
                for (int call = scheduler.RandnCalls(index); call > 0; call--)
                {
                    noise.Draw(stepNoise);
                }
            }

            scheduler.Step(index, prediction, latents, scheduler.NoiseNeeded(index) ? stepNoise : default);
            strategy.AfterStep(scheduler, index, latents);
            probe?.OnStep(index - firstIndex, latents);
            if (index + 1 < end)
            {
                previews?.Show(scheduler, index + 1, firstIndex, latents);
            }

            report(index - firstIndex + 1, end - firstIndex);
        }

        // Some schedulers end on a prediction of the clean latents rather than on a last sample.
        if (!scheduler.Denoised.IsEmpty)
        {
            scheduler.Denoised.CopyTo(latents);
        }

        strategy.Finish(latents);
        previews?.Show(scheduler, end, firstIndex, latents);
    }

    /// <summary>Writes the latents of each image to the front of its row.</summary>
    private void WriteLatents(int index, ReadOnlySpan<float> latents, int images)
    {
        Span<float> rows = guidance.PromptRows(unet.Sample);
        int row = rows.Length / images, length = latents.Length / images;
        for (int i = 0; i < images; i++)
        {
            scheduler.ScaleModelInput(index, latents.Slice(i * length, length), rows.Slice(i * row, length));
        }
    }

    /// <summary>Writes what stays the same in all steps to the back of each image's row.</summary>
    private void WriteExtraChannels(int images)
    {
        Span<float> rows = guidance.PromptRows(unet.Sample);
        ReadOnlySpan<float> extra = strategy.ExtraChannels;
        int row = rows.Length / images, length = extra.Length / images;
        for (int i = 0; i < images; i++)
        {
            extra.Slice(i * length, length).CopyTo(rows.Slice(((i + 1) * row) - length, length));
        }
    }

    private int LastWithNoise(int first, int end)
    {
        int last = end - 1;
        while (last >= first && !scheduler.NoiseNeeded(last))
        {
            last--;
        }

        return last;
    }
}
