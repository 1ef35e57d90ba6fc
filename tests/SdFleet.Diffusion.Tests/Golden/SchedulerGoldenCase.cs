using System.Text.Json;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Golden;

/// <summary>One case of a schedulers*/*.json file.</summary>
internal sealed class SchedulerGoldenCase
{
    private readonly JsonElement _json;
    private readonly SchedulerCompatibility _compatibility;

    public SchedulerGoldenCase(JsonElement json, SchedulerCompatibility compatibility)
    {
        _json = json;
        _compatibility = compatibility;
        Config = SchedulerConfig.Parse(json.GetProperty("config").GetRawText());
        Model = new AnalyticModel(json.GetProperty("model"));
        Options = ReadOptions(json);
    }

    public JsonElement Json => _json;

    public SchedulerConfig Config { get; }

    public AnalyticModel Model { get; }

    public StepOptions Options { get; }

    public int Length => _json.Product("shape");

    /// <summary>The scale that differences within the trajectory are measured by.</summary>
    public double Scale => Math.Max(1, _json.Double("max_abs"));

    /// <summary>FORMAT.md: DEIS of order 3 cancels digits in its coefficients.</summary>
    public double Tolerance => Scale * (IsDeisOrder3 ? 3e-4 : 2e-5);

    /// <summary>
    /// FORMAT.md: the Runge-Kutta warm-up of PNDM amplifies rounding where image-to-image cuts through it. It amplifies the sample too,
    /// to tens of times the trajectory's <c>max_abs</c>, so that the scale there is the result's own, without which not even float64
    /// arithmetic throughout would agree as the format says it does.
    /// </summary>
    public double Img2ImgTolerance(float[] final) => IsPndmWarmUp ? Math.Max(Scale, final.Max(MathF.Abs)) * 1e-4 : Tolerance;

    private bool IsDeisOrder3 => _json.Text("scheduler") == "DEISMultistepScheduler" && Config.SolverOrder == 3;

    private bool IsPndmWarmUp => _json.Text("scheduler") == "PNDMScheduler" && Config.SkipPrkSteps != true;

    /// <summary>A fresh scheduler with its timesteps set.</summary>
    public Scheduler CreateScheduler()
    {
        Scheduler scheduler = KnownSchedulers.Create(_json.Text("scheduler"), Config, _compatibility);
        scheduler.SetTimesteps(_json.Int("num_inference_steps"));
        return scheduler;
    }

    /// <summary>The noise of a step; zeros where the file says that the result does not depend on it.</summary>
    public float[] NoiseOf(int step) => RecordedNoise(step)?.Floats() ?? new float[Length];

    public bool DependsOnNoise(int step) => RecordedNoise(step) is not null;

    private JsonElement? RecordedNoise(int step) =>
        _json.Optional("noise") is { } noise && noise[step].ValueKind == JsonValueKind.Array ? noise[step] : null;

    private static StepOptions ReadOptions(JsonElement json)
    {
        var options = new StepOptions();
        foreach (JsonProperty option in json.GetProperty("step_kwargs").EnumerateObject())
        {
            options = option.Name switch
            {
                "eta" => options with { Eta = option.Value.GetDouble() },
                "order" => options with { LmsOrder = option.Value.GetInt32() },
                "use_clipped_model_output" => options with { UseClippedModelOutput = option.Value.GetBoolean() },
                _ => throw new NotSupportedException($"step option {option.Name}"),
            };
        }

        return options;
    }
}
