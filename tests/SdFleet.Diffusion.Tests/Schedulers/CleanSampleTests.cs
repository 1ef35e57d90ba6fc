using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Schedulers;

/// <summary>What becomes of the predicted clean sample, seen through a scheduler that returns it: LCM's last step.</summary>
public class CleanSampleTests
{
    private static readonly SchedulerConfig Config = new() { PredictionType = "sample", ClipSample = true, ClipSampleRange = 0.5 };

    [Fact]
    public void Step_WithClipping_KeepsWithinRange() => AssertClean(Config, 1, [-3, -0.5f, 0.25f, 9], [-0.5f, -0.5f, 0.25f, 0.5f]);

    // Quantile 0.5 of {0, 1, 2, 3, 4} is 2; of {0, 0.1, 0.2, 0.3, 0.4} it is 0.2, which counts as 1.
    [Fact]
    public void Step_WithThresholding_ScalesEachImageByItsOwnQuantile() => AssertClean(
        Config with { Thresholding = true, DynamicThresholdingRatio = 0.5, SampleMaxValue = 10 },
        2,
        [0, 1, -2, 3, -4, 0, 0.1f, -0.2f, 0.3f, -0.4f],
        [0, 0.5f, -1, 1, -1, 0, 0.1f, -0.2f, 0.3f, -0.4f]);

    [Fact]
    public void Step_WithThresholding_InterpolatesTheQuantileAndCapsIt()
    {
        // Position 0.75 * 3 = 2.25 of {1, 2, 3, 5}: 3.5.
        SchedulerConfig config = Config with { Thresholding = true, DynamicThresholdingRatio = 0.75, SampleMaxValue = 10 };
        AssertClean(config, 1, [1, 2, 3, 5], [1 / 3.5f, 2 / 3.5f, 3 / 3.5f, 1]);
        AssertClean(config with { SampleMaxValue = 2 }, 1, [1, 2, 3, 5], [0.5f, 1, 1, 1]);
    }

    private static void AssertClean(SchedulerConfig config, int batchSize, float[] predicted, float[] expected)
    {
        Scheduler scheduler = KnownSchedulers.Create("lcm", config);
        scheduler.SetTimesteps(1);
        scheduler.Begin(batchSize, predicted.Length / batchSize);
        scheduler.Step(0, predicted, new float[predicted.Length]);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], scheduler.Denoised[i], 1e-6f);
        }
    }
}
