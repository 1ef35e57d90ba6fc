using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Schedulers;

/// <summary>Runs of schedulers without golden data.</summary>
internal static class SchedulerFixture
{
    public const string StableDiffusion =
        """{"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1, "clip_sample": false}""";

    public static SchedulerConfig Config { get; } = SchedulerConfig.Parse(StableDiffusion);

    public static TheoryData<string> ClassNames() => [.. KnownSchedulers.ClassNames];

    public static TheoryData<string> Aliases() => [.. KnownSchedulers.Aliases];

    /// <summary>Values that look like noise, the same for the same seed.</summary>
    public static float[] Values(int seed, int length)
    {
        var random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (float)(random.NextDouble() * 4 - 2);
        }

        return values;
    }

    /// <summary>Runs all steps from a sample, with a model that keeps most of its input.</summary>
    public static float[] Run(Scheduler scheduler, int batchSize, float[] start, Func<int, float[]> noise, StepOptions? options = null)
    {
        float[] sample = Array.ConvertAll(start, value => (float)(value * scheduler.InitNoiseSigma));
        float[] output = new float[sample.Length];
        scheduler.Begin(batchSize, sample.Length / batchSize, options: options);
        for (int i = 0; i < scheduler.Timesteps.Length; i++)
        {
            scheduler.ScaleModelInput(i, sample, output);
            for (int j = 0; j < output.Length; j++)
            {
                output[j] *= 0.8f;
            }

            scheduler.Step(i, output, sample, noise(i));
        }

        return sample;
    }
}
