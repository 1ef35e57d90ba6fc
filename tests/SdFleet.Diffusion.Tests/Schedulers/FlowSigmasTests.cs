using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Schedulers;

/// <summary>Flow matching's noise levels and predictions, which no golden case has, against the straight line that defines them.</summary>
public class FlowSigmasTests
{
    private const int Length = 16;

    private static readonly SchedulerConfig Flow =
        SchedulerFixture.Config with { UseFlowSigmas = true, PredictionType = "flow_prediction" };

    // Of 1000: 1 less a thousandth, in four even steps; with a shift of 3, 3 s / (1 + 2 s) of each.
    [Theory]
    [InlineData("DPMSolverMultistepScheduler", 1, new[] { 999.0, 749, 499, 249 }, new[] { 0.999, 0.74925, 0.4995, 0.24975 })]
    [InlineData("DPMSolverSinglestepScheduler", 1, new[] { 999.0, 749, 499, 249 }, new[] { 0.999, 0.74925, 0.4995, 0.24975 })]
    [InlineData("DEISMultistepScheduler", 3, new[] { 999.0, 899, 749, 499 }, new[] { 0.99966644, 0.89963978, 0.74962481, 0.49966656 })]
    [InlineData("UniPCMultistepScheduler", 1, new[] { 999.0, 750, 500, 250 }, new[] { 0.999999, 0.75025, 0.5005, 0.25075 })]
    [InlineData("UniPCMultistepScheduler", 3, new[] { 999.0, 900, 750, 500 }, new[] { 0.999999, 0.90011998, 0.75037481, 0.50099900 })]
    public void SetTimesteps_Flow_IsEvenInTheShareOfNoise(string name, double shift, double[] timesteps, double[] shares)
    {
        Scheduler scheduler = Create(name, Flow with { FlowShift = shift });

        Assert.Equal(timesteps, scheduler.Timesteps.ToArray());
        Assert.All(shares.Zip(SharesOf(scheduler)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    // Ends where it is told to, and what lies between keeps its ratio: 0, 1/3, 2/3 and 3/3 of the way there.
    [Fact]
    public void SetTimesteps_ShiftTerminal_StretchesToIt()
    {
        double[] shares = SharesOf(Create("UniPCMultistepScheduler", Flow with { ShiftTerminal = 0.1 }));

        Assert.All(new[] { 0.999999, 0.7, 0.4, 0.1 }.Zip(shares), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    // Where a model always means the same image and noise, every solver of the ODE follows the line between them, whatever its order.
    [Theory]
    [InlineData("DPMSolverMultistepScheduler", 3, "flow_prediction", "zero")]
    [InlineData("DPMSolverMultistepScheduler", 2, "epsilon", "zero")]
    [InlineData("DPMSolverSinglestepScheduler", 3, "flow_prediction", "zero")]
    [InlineData("DEISMultistepScheduler", 3, "flow_prediction", null)]
    [InlineData("DEISMultistepScheduler", 2, "sample", null)]
    [InlineData("UniPCMultistepScheduler", 3, "flow_prediction", "zero")]
    [InlineData("UniPCMultistepScheduler", 2, "flow_prediction", "sigma_min")]
    [InlineData("UniPCMultistepScheduler", 2, "sample", "zero")]
    public void Run_FlowOfOneImage_FollowsTheLine(string name, int order, string predictionType, string? final)
    {
        Scheduler scheduler = Create(
            name, Flow with { SolverOrder = order, PredictionType = predictionType, FinalSigmasType = final, FlowShift = 1.5 }, steps: 7);
        float[] clean = SchedulerFixture.Values(5, Length), noise = SchedulerFixture.Values(6, Length);
        double[] shares = SharesOf(scheduler);
        Assert.Equal(final == "zero" ? 0 : shares[^2], shares[^1], 1e-9);
        float[] sample = OnTheLine(shares[0]), output = new float[Length];
        scheduler.Begin(1, Length);
        for (int i = 0; i < scheduler.Timesteps.Length; i++)
        {
            for (int j = 0; j < Length; j++)
            {
                output[j] = predictionType switch { "epsilon" => noise[j], "sample" => clean[j], _ => noise[j] - clean[j] };
            }

            scheduler.Step(i, output, sample);
            Golden.Near.Absolute($"step {i}", OnTheLine(shares[i + 1]), sample, 1e-3);
        }

        float[] OnTheLine(double share) => [.. clean.Zip(noise, (c, n) => (float)(((1 - share) * c) + (share * n)))];
    }

    [Fact]
    public void AddNoise_Flow_IsOnTheLine()
    {
        Scheduler scheduler = Create("DPMSolverMultistepScheduler", Flow);
        float[] result = new float[2];

        scheduler.AddNoise([1, -2], [3, 4], index: 2, result);

        Golden.Near.Absolute("noised", [(0.5005f * 1) + (0.4995f * 3), (0.5005f * -2) + (0.4995f * 4)], result, 1e-5);
    }

    // diffusers' other classes and its older releases do not know the option.
    [Theory]
    [InlineData("EulerDiscreteScheduler", SchedulerCompatibility.Current)]
    [InlineData("DPMSolverMultistepScheduler", SchedulerCompatibility.V021)]
    public void SetTimesteps_FlowWhereItIsUnknown_IsIgnored(string name, SchedulerCompatibility compatibility)
    {
        Scheduler asked = KnownSchedulers.Create(name, SchedulerFixture.Config with { UseFlowSigmas = true }, compatibility);
        Scheduler plain = KnownSchedulers.Create(name, SchedulerFixture.Config, compatibility);
        asked.SetTimesteps(5);
        plain.SetTimesteps(5);

        Assert.Equal(plain.Timesteps.ToArray(), asked.Timesteps.ToArray());
    }

    private static Scheduler Create(string name, SchedulerConfig config, int steps = 4)
    {
        Scheduler scheduler = KnownSchedulers.Create(name, config);
        scheduler.SetTimesteps(steps);
        return scheduler;
    }

    // Of noise over signal.
    private static double[] SharesOf(Scheduler scheduler) =>
        Array.ConvertAll(((SolverScheduler)scheduler).Sigmas.ToArray(), ratio => ratio / (1 + ratio));
}
