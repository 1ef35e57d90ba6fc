using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>The one denoising loop: noise in, latents out.</summary>
/// <param name="scheduler">The scheduler, its timesteps set.</param>
/// <param name="unet">The U-Net's call, the encoded prompts in it.</param>
/// <param name="guidance">How rows of the U-Net's batch become images.</param>
/// <param name="noise">The batch's noise, as far as the start has drawn from it.</param>
internal sealed class DenoisingLoop(Scheduler scheduler, UnetCall unet, Guidance guidance, BatchNoise noise)
{
    /// <summary>Runs the loop.</summary>
    /// <param name="latents">The images' latents, one behind the other: first noisy, then finished.</param>
    /// <param name="images">How many images that are.</param>
    /// <param name="firstIndex">The index into the scheduler's timesteps to begin at.</param>
    /// <param name="options">The scheduler's options.</param>
    /// <param name="scope">Cancels between and inside steps.</param>
    /// <param name="report">Is told how many steps are done, of how many.</param>
    /// <param name="probe">Sees what goes in and out, in tests.</param>
    public void Run(
        Span<float> latents,
        int images,
        int firstIndex,
        StepOptions options,
        RunScope scope,
        Action<int, int> report,
        GenerationProbe? probe)
    {
        scheduler.Begin(images, latents.Length / images, firstIndex, options);
        int end = scheduler.Timesteps.Length;
        int lastWithNoise = LastWithNoise(firstIndex, end);
        float[] stepNoise = lastWithNoise >= firstIndex ? new float[latents.Length] : [];
        for (int index = firstIndex; index < end; index++)
        {
            scope.ThrowIfCancelled();
            scheduler.ScaleModelInput(index, latents, guidance.PromptRows(unet.Sample));
            guidance.RepeatInput(unet.Sample);
            probe?.OnUnetInput(index - firstIndex, scheduler.Timesteps[index], unet.Sample);
            unet.Run(scheduler.Timesteps[index], scope);
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
            probe?.OnStep(index - firstIndex, latents);
            report(index - firstIndex + 1, end - firstIndex);
        }

        // Some schedulers end on a prediction of the clean latents rather than on a last sample.
        if (!scheduler.Denoised.IsEmpty)
        {
            scheduler.Denoised.CopyTo(latents);
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
