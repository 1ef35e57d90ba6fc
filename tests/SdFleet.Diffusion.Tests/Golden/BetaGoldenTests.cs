using System.Text.Json;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>The tables of the forward process against PyTorch's.</summary>
public class BetaGoldenTests
{
    private const string BetasFile = "_betas.json";

    public static TheoryData<string, int> Schedules()
    {
        var data = new TheoryData<string, int>();
        foreach (string file in GoldenFolder.Files("schedulers*").Where(file => Path.GetFileName(file) == BetasFile))
        {
            for (int i = 0; i < GoldenFolder.Read(file).GetProperty("schedules").GetArrayLength(); i++)
            {
                data.Add(file, i);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Schedules))]
    public void AlphasCumprod_OfSchedule_AgreeWithTorch(string file, int index)
    {
        JsonElement schedule = GoldenFolder.Read(file).GetProperty("schedules")[index];
        double[] expected = schedule.Doubles("alphas_cumprod");
        Scheduler scheduler = KnownSchedulers.Create("ddim", SchedulerConfig.Parse(schedule.GetRawText()));
        ReadOnlySpan<double> actual = scheduler.NoiseSchedule.AlphasCumprod;

        Assert.Equal(expected.Length, actual.Length);
        for (int t = 0; t < expected.Length; t++)
        {
            Near.Absolute($"alphas_cumprod[{t}]", [expected[t]], [actual[t]], Math.Max(1e-7, 2e-6 * expected[t]));
        }
    }
}
