using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Schedulers;

/// <summary>Lu's layout beside others, and which layouts' timesteps are rounded. By itself it is in the golden cases.</summary>
public class LuLambdasTests
{
    private const string Multistep = "DPMSolverMultistepScheduler";
    private const int Steps = 25;

    private static readonly SchedulerConfig Lu = SchedulerFixture.Config with { UseLuLambdas = true };

    [Fact]
    public void SetTimesteps_LuWithAnotherLayout_IsLus()
    {
        double[] lu = Timesteps(Multistep, Lu);

        Assert.Equal(lu, Timesteps(Multistep, Lu with { UseExponentialSigmas = true }));
        Assert.Equal(lu, Timesteps(Multistep, Lu with { UseBetaSigmas = true }));
    }

    [Fact]
    public void SetTimesteps_LuWithKarras_IsKarras() => Assert.Equal(
        Timesteps(Multistep, SchedulerFixture.Config with { UseKarrasSigmas = true }),
        Timesteps(Multistep, Lu with { UseKarrasSigmas = true }));

    // The same noise levels, but the one rounds their timesteps and the other cuts them off.
    [Fact]
    public void SetTimesteps_ExponentialWithoutLu_CutsOffWhatLuRounds()
    {
        double[] rounded = Timesteps(Multistep, Lu);
        double[] cutOff = Timesteps(Multistep, SchedulerFixture.Config with { UseExponentialSigmas = true });

        Assert.All(rounded.Zip(cutOff), pair => Assert.InRange(pair.First - pair.Second, 0, 1));
        Assert.Contains(rounded.Zip(cutOff), pair => pair.First != pair.Second);
    }

    // diffusers' one exception, in its multistep class only: UniPC rounds the same noise levels.
    [Fact]
    public void SetTimesteps_CosineSchedule_IsCutOffInTheMultistepClassOnly()
    {
        SchedulerConfig cosine = SchedulerFixture.Config with { BetaSchedule = "squaredcos_cap_v2" };
        SchedulerConfig karras = cosine with { UseKarrasSigmas = true };
        double[] rounded = Timesteps("UniPCMultistepScheduler", karras);
        double[] cutOff = Timesteps(Multistep, karras);

        Assert.All(rounded.Zip(cutOff), pair => Assert.InRange(pair.First - pair.Second, 0, 1));
        Assert.Contains(rounded.Zip(cutOff), pair => pair.First != pair.Second);
        Assert.Equal(rounded, Timesteps("DPMSolverSinglestepScheduler", karras));
        Assert.Equal(
            Timesteps(Multistep, cosine with { UseExponentialSigmas = true }), Timesteps(Multistep, cosine with { UseLuLambdas = true }));
    }

    [Theory]
    [InlineData("DPMSolverSinglestepScheduler", SchedulerCompatibility.Current)]
    [InlineData("UniPCMultistepScheduler", SchedulerCompatibility.Current)]
    [InlineData(Multistep, SchedulerCompatibility.V021)]
    public void SetTimesteps_LuWhereItIsUnknown_IsIgnored(string name, SchedulerCompatibility compatibility) =>
        Assert.Equal(Timesteps(name, SchedulerFixture.Config, compatibility), Timesteps(name, Lu, compatibility));

    private static double[] Timesteps(
        string name, SchedulerConfig config, SchedulerCompatibility compatibility = SchedulerCompatibility.Current)
    {
        Scheduler scheduler = KnownSchedulers.Create(name, config, compatibility);
        scheduler.SetTimesteps(Steps);
        return scheduler.Timesteps.ToArray();
    }
}
