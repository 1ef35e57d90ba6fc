using System.Text.Json;
using SdFleet.Diffusion.Schedulers;
using Xunit.Abstractions;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>Every scheduler against diffusers, step by step.</summary>
public class SchedulerGoldenTests(ITestOutputHelper output)
{
    private const string Folders = "schedulers*";

    /// <summary>Schedulers that golden files have and this library has not, by class name.</summary>
    private static readonly string[] NotBuilt = [];

    /// <summary>File, case and generation: each case as its own release computes it, and as a later one that agrees.</summary>
    public static TheoryData<string, string, SchedulerCompatibility> Cases()
    {
        var data = new TheoryData<string, string, SchedulerCompatibility>();
        foreach (string file in SchedulerFiles())
        {
            JsonElement document = GoldenFolder.Read(file);
            if (!KnownSchedulers.Contains(document.Text("scheduler")))
            {
                continue;
            }

            SchedulerCompatibility compatibility = SchedulerCompatibilities.FromDiffusersVersion(document.Text("diffusers_version"));
            foreach (JsonElement @case in document.GetProperty("cases").EnumerateArray())
            {
                data.Add(file, @case.Text("id"), compatibility);
            }

            if (document.Optional("identical_to_v0_21_4") is { } identical)
            {
                string older = $"schedulers/{Path.GetFileName(file)}";
                foreach (JsonElement id in identical.EnumerateArray())
                {
                    data.Add(older, id.GetString()!, compatibility);
                }
            }
        }

        return data;
    }

    [Fact]
    public void Schedulers_InGoldenFiles_AreBuilt()
    {
        string[] missing = [.. SchedulerFiles()
            .Select(file => GoldenFolder.Read(file).Text("scheduler"))
            .Where(name => !KnownSchedulers.Contains(name))
            .Distinct()
            .Order(StringComparer.Ordinal)];
        output.WriteLine($"Not built: {(missing.Length == 0 ? "none" : string.Join(", ", missing))}");
        Assert.Equal(NotBuilt, missing);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_RunLikeDiffusers_Agrees(string file, string id, SchedulerCompatibility compatibility)
    {
        SchedulerGoldenCase golden = Find(file, id, compatibility);
        CheckSchedule(golden, compareSolverSigmas: !file.StartsWith("schedulers/", StringComparison.Ordinal));
        CheckTrajectory(golden);
        CheckAddNoise(golden);
        foreach (JsonElement run in golden.Json.Optional("img2img")?.EnumerateArray() ?? [])
        {
            CheckImg2Img(golden, run);
        }
    }

    private static IEnumerable<string> SchedulerFiles() =>
        GoldenFolder.Files(Folders).Where(file => !Path.GetFileName(file).StartsWith('_'));

    private static SchedulerGoldenCase Find(string file, string id, SchedulerCompatibility compatibility) =>
        new(GoldenFolder.Read(file).GetProperty("cases").EnumerateArray().First(@case => @case.Text("id") == id), compatibility);

    private static void CheckSchedule(SchedulerGoldenCase golden, bool compareSolverSigmas)
    {
        Scheduler scheduler = golden.CreateScheduler();
        bool whole = golden.Json.Text("timesteps_dtype") == "int64";
        Near.Absolute("timesteps", golden.Json.Doubles("timesteps"), scheduler.Timesteps, whole ? 0 : 1e-3);
        Assert.Equal(whole, scheduler.HasWholeTimesteps);
        Assert.Equal(golden.Json.Int("order"), scheduler.Order);

        double sigma = golden.Json.Double("init_noise_sigma");
        Near.Absolute("init_noise_sigma", [sigma], [scheduler.InitNoiseSigma], sigma * 1e-5);
        float[] latents = Array.ConvertAll(golden.Json.Floats("initial_noise"), noise => (float)(noise * scheduler.InitNoiseSigma));
        Near.Absolute("initial_latents", golden.Json.Floats("initial_latents"), latents, golden.Scale * 1e-5);

        if (golden.Json.Optional("sigmas") is { } sigmas)
        {
            CheckSigmas(scheduler, sigmas.Doubles(), compareSolverSigmas);
        }
    }

    /// <summary>The older solvers' sigmas are not what they step by (FORMAT.md), so those are not compared.</summary>
    private static void CheckSigmas(Scheduler scheduler, double[] expected, bool compareSolvers)
    {
        double[] actual;
        switch (scheduler)
        {
            case SigmaScheduler sigmaScheduler:
                actual = sigmaScheduler.Sigmas.ToArray();
                break;
            case SolverScheduler solver when compareSolvers:
                actual = solver.Sigmas.ToArray();
                break;
            default:
                return;
        }

        for (int i = 0; i < expected.Length; i++)
        {
            // Schedulers with two calls a step hold each sigma but the first twice, in diffusers.
            int step = Math.Min(scheduler.Order == 2 ? (i + 1) / 2 : i, actual.Length - 1);
            Near.Absolute($"sigmas[{i}]", [expected[i]], [actual[step]], Math.Abs(expected[i]) * 1e-5);
        }
    }

    private static void CheckTrajectory(SchedulerGoldenCase golden)
    {
        Scheduler scheduler = golden.CreateScheduler();
        scheduler.Begin(1, golden.Length, options: golden.Options);
        float[] sample = golden.Json.Floats("initial_latents");
        int[] randnCalls = [.. golden.Json.GetProperty("rng_calls").EnumerateArray().Select(calls => calls.GetInt32())];
        for (int step = 0; step < scheduler.Timesteps.Length; step++)
        {
            Assert.Equal(randnCalls[step], scheduler.RandnCalls(step));
            Assert.True(scheduler.NoiseNeeded(step) || !golden.DependsOnNoise(step), $"step {step} takes no noise, but depends on it");
            StepOnce(golden, scheduler, step, sample, golden.NoiseOf(step));
            Near.Absolute($"trajectory[{step}]", golden.Json.GetProperty("trajectory")[step].Floats(), sample, golden.Tolerance);
        }

        if (golden.Json.Optional("denoised_last") is { } denoised)
        {
            Near.Absolute("denoised_last", denoised.Floats(), scheduler.Denoised, golden.Tolerance);
        }
    }

    private static void CheckAddNoise(SchedulerGoldenCase golden)
    {
        if (golden.Json.Optional("add_noise") is not { } addNoise)
        {
            return;
        }

        float[] original = addNoise.Floats("original"), noise = addNoise.Floats("noise");
        foreach (JsonElement @case in addNoise.GetProperty("cases").EnumerateArray())
        {
            float[] expected = @case.Floats("result");
            float[] result = new float[original.Length];
            golden.CreateScheduler().AddNoise(original, noise, @case.Int("index"), result);
            Near.Absolute($"add_noise[{@case.Int("index")}]", expected, result, 1e-5 * MaxAbs(expected));
        }
    }

    private static void CheckImg2Img(SchedulerGoldenCase golden, JsonElement run)
    {
        string what = $"img2img {run.GetProperty("strength").GetRawText()}";
        Scheduler scheduler = golden.CreateScheduler();
        Img2ImgRange range = scheduler.Img2ImgStart(run.Double("strength"));
        double tolerance = golden.Json.Text("timesteps_dtype") == "int64" ? 0 : 1e-3;
        Near.Absolute($"{what} timesteps", run.Doubles("timesteps"), scheduler.Timesteps[range.FirstIndex..], tolerance);
        Assert.Equal(run.Int("steps_returned"), range.Steps);

        JsonElement addNoise = golden.Json.GetProperty("add_noise");
        float[] expectedStart = run.Floats("initial_latents");
        float[] sample = new float[golden.Length];
        scheduler.AddNoise(addNoise.Floats("original"), addNoise.Floats("noise"), range.FirstIndex, sample);
        Near.Absolute($"{what} initial_latents", expectedStart, sample, 1e-5 * MaxAbs(expectedStart));

        scheduler.Begin(1, golden.Length, range.FirstIndex, golden.Options);
        expectedStart.CopyTo(sample, 0);
        for (int step = range.FirstIndex; step < scheduler.Timesteps.Length; step++)
        {
            StepOnce(golden, scheduler, step, sample, golden.NoiseOf(run.Int("noise_offset") + step - range.FirstIndex));
        }

        float[] final = run.Floats("final");
        Near.Absolute($"{what} final", final, sample, golden.Img2ImgTolerance(final));
    }

    private static void StepOnce(SchedulerGoldenCase golden, Scheduler scheduler, int step, float[] sample, float[] noise)
    {
        float[] input = new float[sample.Length], modelOutput = new float[sample.Length];
        scheduler.ScaleModelInput(step, sample, input);
        golden.Model.Run(input, scheduler.Timesteps[step], modelOutput);
        scheduler.Step(step, modelOutput, sample, noise);
    }

    private static double MaxAbs(float[] values) => values.Max(MathF.Abs);
}
