using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Schedulers;

/// <summary>What every scheduler promises of a run.</summary>
public class SchedulerRunTests
{
    private const int OddLength = 61;

    public static TheoryData<string> ClassNames() => SchedulerFixture.ClassNames();

    [Theory]
    [MemberData(nameof(ClassNames))]
    public void Step_AfterBegin_AllocatesNothing(string name) =>
        AssertNoAllocation(name, SchedulerFixture.Config with { Thresholding = true });

    [Theory]
    [InlineData("DEISMultistepScheduler", 3, "deis", "logrho")]
    [InlineData("DPMSolverMultistepScheduler", 3, "dpmsolver", "heun")]
    [InlineData("DPMSolverMultistepScheduler", 3, "sde-dpmsolver++", "heun")]
    [InlineData("DPMSolverMultistepScheduler", 2, "sde-dpmsolver", "midpoint")]
    [InlineData("DPMSolverSinglestepScheduler", 3, "dpmsolver", "heun")]
    [InlineData("DPMSolverSinglestepScheduler", 3, "sde-dpmsolver++", "midpoint")]
    [InlineData("UniPCMultistepScheduler", 6, null, "bh1")]
    public void Step_OfTheHighestOrder_AllocatesNothing(string name, int order, string? algorithm, string type) => AssertNoAllocation(
        name,
        SchedulerFixture.Config with
        {
            SolverOrder = order, AlgorithmType = algorithm, SolverType = type, FinalSigmasType = "sigma_min",
        });

    [Theory]
    [MemberData(nameof(ClassNames))]
    public void Run_InBatch_GivesEachImageTheSameBits(string name)
    {
        SchedulerConfig config = SchedulerFixture.Config with { Thresholding = true, SampleMaxValue = 1.5 };
        var options = new StepOptions { Eta = 1 };
        float[] Noise(int seed, int step) => SchedulerFixture.Values(100 * seed + step, OddLength);

        float[][] alone = [.. Enumerable.Range(1, 2).Select(seed => SchedulerFixture.Run(
            Create(), 1, SchedulerFixture.Values(seed, OddLength), step => Noise(seed, step), options))];
        float[] together = SchedulerFixture.Run(
            Create(),
            2,
            [.. SchedulerFixture.Values(1, OddLength), .. SchedulerFixture.Values(2, OddLength)],
            step => [.. Noise(1, step), .. Noise(2, step)],
            options);

        Assert.Equal([.. alone[0], .. alone[1]], together);

        Scheduler Create()
        {
            Scheduler scheduler = KnownSchedulers.Create(name, config);
            scheduler.SetTimesteps(9);
            return scheduler;
        }
    }

    [Theory]
    [MemberData(nameof(ClassNames))]
    public void Run_Twice_GivesTheSameBits(string name)
    {
        Scheduler scheduler = KnownSchedulers.Create(name, SchedulerFixture.Config);
        scheduler.SetTimesteps(8);
        float[] start = SchedulerFixture.Values(1, OddLength);

        float[] first = SchedulerFixture.Run(scheduler, 1, start, step => SchedulerFixture.Values(step, OddLength));
        float[] second = SchedulerFixture.Run(scheduler, 1, start, step => SchedulerFixture.Values(step, OddLength));

        Assert.Equal(first, second);
    }

    [Theory]
    [MemberData(nameof(ClassNames))]
    public void Run_WithAnyNumberOfSteps_StaysFinite(string name)
    {
        SchedulerCompatibility[] compatibilities = [SchedulerCompatibility.Current, SchedulerCompatibility.V021];
        foreach (SchedulerCompatibility compatibility in compatibilities)
        {
            foreach (int steps in (int[])[1, 2, 3, 5, 16, 50])
            {
                SchedulerConfig config = SchedulerFixture.Config with { SkipPrkSteps = true };
                Scheduler scheduler = KnownSchedulers.Create(name, config, compatibility);
                scheduler.SetTimesteps(steps);
                float[] result = SchedulerFixture.Run(
                    scheduler, 1, SchedulerFixture.Values(1, OddLength), step => SchedulerFixture.Values(step, OddLength));
                Assert.All(result, value => Assert.True(float.IsFinite(value), $"{steps} steps, {compatibility}: {value}"));
            }
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(25)]
    [InlineData(30)]
    [InlineData(40)]
    public void Run_FromPureNoiseWithAllOfItFresh_StaysFinite(int steps)
    {
        Scheduler scheduler = KnownSchedulers.Create("ddim", SchedulerFixture.Config with
        {
            RescaleBetasZeroSnr = true, TimestepSpacing = "trailing", PredictionType = "v_prediction",
        });
        scheduler.SetTimesteps(steps);

        float[] result = SchedulerFixture.Run(
            scheduler,
            1,
            SchedulerFixture.Values(1, OddLength),
            step => SchedulerFixture.Values(step, OddLength),
            new StepOptions { Eta = 1 });

        Assert.All(result, value => Assert.True(float.IsFinite(value)));
    }

    // Of 1000 steps from 999 to 0, two round to 500.
    [Theory]
    [InlineData("DEISMultistepScheduler", 3, null)]
    [InlineData("DPMSolverMultistepScheduler", 2, null)]
    [InlineData("DPMSolverMultistepScheduler", 3, null)]
    [InlineData("DPMSolverMultistepScheduler", 2, "sde-dpmsolver++")]
    [InlineData("DPMSolverSinglestepScheduler", 2, null)]
    [InlineData("DPMSolverSinglestepScheduler", 3, null)]
    [InlineData("DPMSolverSinglestepScheduler", 2, "sde-dpmsolver++")]
    [InlineData("DPMSolverSinglestepScheduler", 3, "sde-dpmsolver++")]
    [InlineData("UniPCMultistepScheduler", 2, null)]
    [InlineData("UniPCMultistepScheduler", 3, null)]
    public void Run_WithATimestepTwice_StaysFinite(string name, int order, string? algorithm)
    {
        Scheduler scheduler = KnownSchedulers.Create(
            name, SchedulerFixture.Config with { SolverOrder = order, AlgorithmType = algorithm });
        scheduler.SetTimesteps(1000);
        Assert.Equal(2, scheduler.Timesteps.ToArray().Count(t => t == 500));
        scheduler.Begin(1, 1);
        float[] sample = [1], noise = [0.5f];

        for (int i = 0; i < scheduler.Timesteps.Length; i++)
        {
            scheduler.Step(i, [0.1f], sample, scheduler.NoiseNeeded(i) ? noise : default);
            Assert.True(float.IsFinite(sample[0]), $"step {i}");
        }
    }

    [Theory]
    [InlineData(SchedulerCompatibility.Current, false)]
    [InlineData(SchedulerCompatibility.V021, true)]
    public void Run_SinglestepWithoutLowerOrderFinal_HasTheDefaultOfItsGeneration(SchedulerCompatibility compatibility, bool expected)
    {
        float[] unsaid = Run(null);

        Assert.Equal(Run(expected), unsaid);
        Assert.NotEqual(Run(!expected), unsaid);

        float[] Run(bool? lowerOrderFinal)
        {
            SchedulerConfig config = SchedulerFixture.Config with
            {
                SolverOrder = 3, FinalSigmasType = "sigma_min", LowerOrderFinal = lowerOrderFinal,
            };
            Scheduler scheduler = KnownSchedulers.Create("DPMSolverSinglestepScheduler", config, compatibility);
            scheduler.SetTimesteps(6);
            return SchedulerFixture.Run(scheduler, 1, SchedulerFixture.Values(1, OddLength), step => []);
        }
    }

    [Theory]
    [MemberData(nameof(ClassNames))]
    public void Step_OutOfOrder_IsRefused(string name)
    {
        Scheduler scheduler = KnownSchedulers.Create(name, SchedulerFixture.Config);
        scheduler.SetTimesteps(5);
        float[] sample = new float[4];

        Assert.Contains("Begin", Assert.Throws<InvalidOperationException>(() => scheduler.Step(0, sample, sample, sample)).Message);

        scheduler.Begin(1, sample.Length);
        Assert.Contains("the next is 0", Assert.Throws<InvalidOperationException>(() => scheduler.Step(1, sample, sample, sample)).Message);
    }

    [Fact]
    public void Step_WithSpansOfOtherLengths_IsRefused()
    {
        Scheduler scheduler = KnownSchedulers.Create("euler_a", SchedulerFixture.Config);
        scheduler.SetTimesteps(5);
        scheduler.Begin(2, 4);

        Assert.Throws<ArgumentException>("modelOutput", () => scheduler.Step(0, new float[4], new float[8], new float[8]));
        Assert.Throws<ArgumentException>("sample", () => scheduler.Step(0, new float[8], new float[4], new float[8]));
        Assert.Throws<ArgumentException>("noise", () => scheduler.Step(0, new float[8], new float[8]));
    }

    [Fact]
    public void Begin_WithoutTimesteps_IsRefused()
    {
        Scheduler scheduler = KnownSchedulers.Create("ddim", SchedulerFixture.Config);
        Assert.Throws<InvalidOperationException>(() => scheduler.Begin(1, 4));
    }

    // 1000 less so many strides is half-way between two whole numbers, but numpy.arange counts in a stride that is a little off.
    [Theory]
    [InlineData(48, 3, 936)]
    [InlineData(48, 15, 686)]
    [InlineData(96, 18, 812)]
    public void SetTimesteps_TrailingAtAHalf_RoundsAsNumpyDoes(int steps, int index, double expected)
    {
        foreach (string name in (string[])["ddim", "euler", "dpmpp_2m"])
        {
            Scheduler scheduler = KnownSchedulers.Create(name, SchedulerFixture.Config with { TimestepSpacing = "trailing" });
            scheduler.SetTimesteps(steps);
            Assert.Equal(expected, scheduler.Timesteps[index]);
        }
    }

    [Theory]
    [InlineData(0, 5, 0)]
    [InlineData(0.5, 3, 2)]
    [InlineData(1, 0, 5)]
    public void Img2ImgStart_OfStrength_SkipsTheRest(double strength, int firstIndex, int steps)
    {
        Scheduler scheduler = KnownSchedulers.Create("ddim", SchedulerFixture.Config);
        scheduler.SetTimesteps(5);
        Assert.Equal(new Img2ImgRange(firstIndex, steps), scheduler.Img2ImgStart(strength));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Img2ImgStart_OutOfRange_IsRefused(double strength)
    {
        Scheduler scheduler = KnownSchedulers.Create("ddim", SchedulerFixture.Config);
        scheduler.SetTimesteps(5);
        Assert.Throws<ArgumentOutOfRangeException>(() => scheduler.Img2ImgStart(strength));
    }

    [Theory]
    [InlineData(-0.5, 4, "eta")]
    [InlineData(1.5, 4, "eta")]
    [InlineData(0, 0, "order")]
    public void Begin_WithBadOptions_SaysWhichAndWhatIsAllowed(double eta, int order, string field)
    {
        Scheduler scheduler = KnownSchedulers.Create("lms", SchedulerFixture.Config);
        scheduler.SetTimesteps(5);
        string message = Assert.Throws<ArgumentException>(
            () => scheduler.Begin(1, 4, options: new StepOptions { Eta = eta, LmsOrder = order })).Message;
        Assert.Contains(field, message);
        Assert.Contains("Supported: ", message);
    }

    private static void AssertNoAllocation(string name, SchedulerConfig config)
    {
        Scheduler scheduler = KnownSchedulers.Create(name, config);
        scheduler.SetTimesteps(20);
        float[] sample = SchedulerFixture.Values(1, 2 * OddLength), output = new float[sample.Length];
        float[] noise = SchedulerFixture.Values(2, sample.Length);

        // The second run is measured: the first one may compile.
        long allocated = 0;
        for (int run = 0; run < 2; run++)
        {
            scheduler.Begin(2, OddLength, options: new StepOptions { Eta = 0.5 });
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < scheduler.Timesteps.Length; i++)
            {
                scheduler.ScaleModelInput(i, sample, output);
                scheduler.Step(i, output, sample, scheduler.NoiseNeeded(i) ? noise : default);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }
}
