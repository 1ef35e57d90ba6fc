using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Schedulers;

/// <summary>Noise levels by layouts and ends that no golden case has, against what defines them.</summary>
public class SigmaLayoutTests
{
    private const int Steps = 9;

    /// <summary>The classes that know all layouts.</summary>
    public static TheoryData<string> ClassNames() =>
    [
        .. KnownSchedulers.ClassNames
            .Where(name => Create(name, SchedulerFixture.Config) is not (AlphaScheduler or EulerAncestralDiscreteScheduler)),
    ];

    [Theory]
    [MemberData(nameof(ClassNames))]
    public void SetTimesteps_ExponentialSigmas_AreEvenInTheLogarithm(string name)
    {
        double[] plain = Levels(Create(name, SchedulerFixture.Config));
        Scheduler scheduler = Create(name, SchedulerFixture.Config with { UseExponentialSigmas = true });
        double[] levels = Levels(scheduler);

        Assert.Equal(plain[0], levels[0], 1e-4 * plain[0]);
        double[] ratios = [.. levels[..Steps].Zip(levels.Skip(1).Take(Steps - 1), (from, to) => Math.Log(from / to))];
        Assert.All(ratios, ratio => Assert.Equal(ratios[0], ratio, 1e-5));
        AssertTimestepsAreThoseOf(levels, scheduler);
    }

    // Each level's share of the way down from the largest to the smallest one is the probability that Beta(0.6, 0.6) is below 1 - i/(n-1).
    [Theory]
    [MemberData(nameof(ClassNames))]
    public void SetTimesteps_BetaSigmas_AreQuantiles(string name)
    {
        Scheduler scheduler = Create(name, SchedulerFixture.Config with { UseBetaSigmas = true });
        double[] levels = Levels(scheduler)[..Steps];

        for (int i = 0; i < Steps; i++)
        {
            double share = (levels[i] - levels[^1]) / (levels[0] - levels[^1]);
            Assert.Equal(1 - (double)i / (Steps - 1), Probability(share), 2e-4);
        }

        AssertTimestepsAreThoseOf(levels, scheduler);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-3)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.7)]
    [InlineData(1)]
    public void Symmetric_AnyProbability_IsWhereTheDistributionReachesIt(double probability)
    {
        double quantile = BetaQuantile.Symmetric(0.6, probability);

        Assert.Equal(probability, Probability(quantile), 1e-4);
        Assert.Equal(1, quantile + BetaQuantile.Symmetric(0.6, 1 - probability), 1e-12);
    }

    // Known in closed form: the arcsine distribution, the uniform one, and the parabola's, x^2 (3 - 2 x).
    [Theory]
    [InlineData(0.3)]
    [InlineData(0.8)]
    public void Symmetric_DistributionsWithAFormula_AgreeWithIt(double probability)
    {
        Assert.Equal(Math.Pow(Math.Sin(Math.PI * probability / 2), 2), BetaQuantile.Symmetric(0.5, probability), 1e-12);
        Assert.Equal(probability, BetaQuantile.Symmetric(1, probability), 1e-12);
        double x = BetaQuantile.Symmetric(2, probability);
        Assert.Equal(probability, x * x * (3 - 2 * x), 1e-12);
    }

    [Fact]
    public void SetTimesteps_LaterLayoutInTheOlderGeneration_IsUnknownToIt()
    {
        Scheduler plain = Create("EulerDiscreteScheduler", SchedulerFixture.Config, SchedulerCompatibility.V021);
        Scheduler asked = Create(
            "EulerDiscreteScheduler",
            SchedulerFixture.Config with { UseBetaSigmas = true, FinalSigmasType = "sigma_min" },
            SchedulerCompatibility.V021);

        Assert.Equal(Levels(plain), Levels(asked));
    }

    [Fact]
    public void Create_PresetOverAnotherLayout_TakesThePresets()
    {
        SchedulerConfig config = SchedulerFixture.Config with { UseExponentialSigmas = true };

        Assert.Equal(
            Levels(Create("euler_karras", SchedulerFixture.Config)), Levels(Create("euler_karras", config)));
        Assert.Equal(Levels(Create("euler", SchedulerFixture.Config)), Levels(Create("euler", config)));
    }

    [Theory]
    [InlineData("EulerDiscreteScheduler")]
    [InlineData("UniPCMultistepScheduler")]
    [InlineData("DPMSolverMultistepScheduler")]
    public void SetTimesteps_FinalSigma_IsAsNamed(string name)
    {
        NoiseSchedule schedule = Create(name, SchedulerFixture.Config).NoiseSchedule;
        double last = Math.Sqrt((1 - schedule.AlphasCumprod[0]) / schedule.AlphasCumprod[0]);

        Assert.Equal(0, Levels(Create(name, SchedulerFixture.Config with { FinalSigmasType = "zero" }))[^1]);
        Assert.Equal(last, Levels(Create(name, SchedulerFixture.Config with { FinalSigmasType = "sigma_min" }))[^1], 1e-6);
    }

    // A model that always predicts the same image is where the run ends.
    [Theory]
    [InlineData("bh1", false)]
    [InlineData("bh2", false)]
    [InlineData("bh2", true)]
    public void Run_UniPcToZero_EndsAtWhatIsPredicted(string type, bool karras)
    {
        Scheduler scheduler = Create("UniPCMultistepScheduler", SchedulerFixture.Config with
        {
            FinalSigmasType = "zero",
            PredictionType = "sample",
            SolverType = type,
            UseKarrasSigmas = karras,
            SolverOrder = 3,
        });
        float[] clean = SchedulerFixture.Values(5, 16), sample = SchedulerFixture.Values(6, 16);
        scheduler.Begin(1, sample.Length);
        for (int i = 0; i < scheduler.Timesteps.Length; i++)
        {
            scheduler.Step(i, clean, sample);
        }

        Assert.All(clean.Zip(sample), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Theory]
    [InlineData("EulerDiscreteScheduler")]
    [InlineData("EulerAncestralDiscreteScheduler")]
    [InlineData("UniPCMultistepScheduler")]
    [InlineData("DPMSolverMultistepScheduler")]
    public void SetTimesteps_ZeroSnr_BeginsAtAlmostNothingButNoise(string name)
    {
        SchedulerConfig config = SchedulerFixture.Config with { RescaleBetasZeroSnr = true, TimestepSpacing = "trailing" };

        // Where float16 ends: alpha is 2^-24.
        Assert.Equal(Math.Sqrt((1 << 24) - 1), Levels(Create(name, config))[0], 0.01);
    }

    [Fact]
    public void SetTimesteps_ContinuousTime_IsAQuarterOfLogSigma()
    {
        SchedulerConfig config = SchedulerFixture.Config with { TimestepType = "continuous", UseKarrasSigmas = true };
        Scheduler velocity = Create("EulerDiscreteScheduler", config with { PredictionType = "v_prediction" });
        double[] levels = Levels(velocity);

        Assert.Equal(Steps, velocity.Timesteps.Length);
        for (int i = 0; i < Steps; i++)
        {
            Assert.Equal(Math.Log(levels[i]) / 4, velocity.Timesteps[i], 1e-6);
        }

        // A model that predicts noise is told the training timesteps all the same.
        Scheduler noise = Create("EulerDiscreteScheduler", config);
        Assert.Equal(999, noise.Timesteps[0], 1e-3);
    }

    // Against the multistep form, which golden cases have: of first order the two are the same.
    [Fact]
    public void Run_SinglestepSdeOfFirstOrder_IsTheMultistepForm()
    {
        SchedulerConfig config = SchedulerFixture.Config with { AlgorithmType = "sde-dpmsolver++", SolverOrder = 1 };

        Assert.Equal(Run("DPMSolverMultistepScheduler"), Run("DPMSolverSinglestepScheduler"));

        float[] Run(string name) => SchedulerFixture.Run(
            Create(name, config), 1, SchedulerFixture.Values(1, 16), step => SchedulerFixture.Values(100 + step, 16));
    }

    // With an image that is always predicted the same there are no derivatives: each step goes from its group's start, all the way, by the
    // exact solution of the SDE (arXiv:2211.01095, formula 18).
    [Fact]
    public void Run_SinglestepSdeOfSecondOrder_StepsFromTheGroupsStart()
    {
        Scheduler scheduler = Create("DPMSolverSinglestepScheduler", SchedulerFixture.Config with
        {
            AlgorithmType = "sde-dpmsolver++", PredictionType = "sample", FinalSigmasType = "sigma_min",
        });
        double[] levels = Levels(scheduler);
        float[] clean = SchedulerFixture.Values(5, 8), sample = SchedulerFixture.Values(6, 8);
        float[] start = [.. sample];
        scheduler.Begin(1, sample.Length);

        // Two steps are a group; the second one begins where the first did.
        for (int i = 0; i < 4; i++)
        {
            float[] noise = SchedulerFixture.Values(50 + i, 8);
            int from = i / 2 * 2;
            if (i == from)
            {
                start = [.. sample];
            }

            Assert.True(scheduler.NoiseNeeded(i));
            scheduler.Step(i, clean, sample, noise);
            for (int j = 0; j < sample.Length; j++)
            {
                Assert.Equal(Exact(levels[from], levels[i + 1], start[j], clean[j], noise[j]), sample[j], 1e-4);
            }
        }

        static double Exact(double from, double to, double sample, double clean, double noise)
        {
            (double alphaTo, double sigmaTo) = (1 / Math.Sqrt(1 + to * to), to / Math.Sqrt(1 + to * to));
            double sigmaFrom = from / Math.Sqrt(1 + from * from);

            // e^-h of the step in log(alpha / sigma).
            double shrink = to / from;
            double lost = 1 - shrink * shrink;
            return sigmaTo / sigmaFrom * shrink * sample + alphaTo * lost * clean + sigmaTo * Math.Sqrt(lost) * noise;
        }
    }

    private static Scheduler Create(
        string name, SchedulerConfig config, SchedulerCompatibility compatibility = SchedulerCompatibility.Current)
    {
        Scheduler scheduler = KnownSchedulers.Create(name, config, compatibility);
        scheduler.SetTimesteps(Steps);
        return scheduler;
    }

    private static double[] Levels(Scheduler scheduler) =>
        scheduler is SolverScheduler solver ? solver.Sigmas.ToArray() : ((SigmaScheduler)scheduler).Sigmas.ToArray();

    // Linear in log sigma between the training timesteps; the solvers then cut off what is behind the point.
    private static void AssertTimestepsAreThoseOf(double[] levels, Scheduler scheduler)
    {
        int stride = scheduler.Order;
        for (int i = 0; i < Steps; i++)
        {
            double timestep = scheduler.Timesteps[i * stride];
            (int below, int above) = ((int)timestep, Math.Min((int)timestep + 1, 999));
            double lowest = scheduler.NoiseSchedule.Sigma(below), highest = scheduler.NoiseSchedule.Sigma(above);
            if (scheduler.HasWholeTimesteps)
            {
                Assert.InRange(levels[i], lowest * (1 - 1e-4), highest * (1 + 1e-4));
            }
            else
            {
                double expected = lowest * Math.Pow(highest / lowest, timestep - below);
                Assert.Equal(expected, levels[i], 1e-4 * expected);
            }
        }
    }

    // The distribution function of Beta(0.6, 0.6): the integral of (t (1 - t))^-0.4, with t = sin^2 of an angle, by the trapezoid rule.
    private static double Probability(double x)
    {
        const int Pieces = 20_000;
        return Integral(Math.Asin(Math.Sqrt(Math.Clamp(x, 0, 1)))) / Integral(Math.PI / 2);

        static double Integral(double end)
        {
            double sum = 0, width = end / Pieces;
            for (int i = 0; i < Pieces; i++)
            {
                double angle = (i + 0.5) * width;
                sum += Math.Pow(Math.Sin(angle) * Math.Cos(angle), 0.2) * width;
            }

            return sum;
        }
    }
}
