using System.Text.Json;
using System.Text.Json.Nodes;

namespace SdFleet.Contracts.Jobs;

/// <summary>
/// How a recipe's scheduler differs from what the model's own <c>scheduler_config.json</c> says, under diffusers' names and in its words.
/// What is null is the model's; what a scheduler has no use for it ignores, as diffusers does.
/// </summary>
public sealed record SchedulerSettings
{
    /// <summary>Whether the noise levels follow Karras et al.</summary>
    public bool? UseKarrasSigmas { get; init; }

    /// <summary>Whether the noise levels are even in the logarithm.</summary>
    public bool? UseExponentialSigmas { get; init; }

    /// <summary>Whether the noise levels lie at quantiles of a beta distribution.</summary>
    public bool? UseBetaSigmas { get; init; }

    /// <summary>DPM-Solver multistep: whether the noise levels are uniform in log SNR.</summary>
    public bool? UseLuLambdas { get; init; }

    /// <summary>Which timesteps are visited: <c>leading</c>, <c>linspace</c> or <c>trailing</c>.</summary>
    public string? TimestepSpacing { get; init; }

    /// <summary>Added to each timestep where the spacing is <c>leading</c>.</summary>
    public int? StepsOffset { get; init; }

    /// <summary>Whether the betas are rescaled so that the last noise level is pure noise.</summary>
    public bool? RescaleBetasZeroSnr { get; init; }

    /// <summary>DDIM, PNDM and LCM: whether the step past the last has no noise, or that of timestep 0.</summary>
    public bool? SetAlphaToOne { get; init; }

    /// <summary>PNDM: whether the Runge-Kutta warm-up is left out.</summary>
    public bool? SkipPrkSteps { get; init; }

    /// <summary>Whether the predicted clean sample is clipped to +-<see cref="ClipSampleRange"/>.</summary>
    public bool? ClipSample { get; init; }

    /// <summary>The bound of <see cref="ClipSample"/>.</summary>
    public double? ClipSampleRange { get; init; }

    /// <summary>Whether the predicted clean sample is dynamically thresholded.</summary>
    public bool? Thresholding { get; init; }

    /// <summary>The quantile of the magnitudes that becomes the threshold.</summary>
    public double? DynamicThresholdingRatio { get; init; }

    /// <summary>The largest threshold.</summary>
    public double? SampleMaxValue { get; init; }

    /// <summary>DDPM: <c>fixed_small</c>, <c>fixed_small_log</c> or <c>fixed_large</c>.</summary>
    public string? VarianceType { get; init; }

    /// <summary>DPM-Solver and DEIS: which equation is solved, in which terms, such as <c>dpmsolver++</c>.</summary>
    public string? AlgorithmType { get; init; }

    /// <summary>DPM-Solver, DEIS and UniPC: the highest order.</summary>
    public int? SolverOrder { get; init; }

    /// <summary>The form of a second-order solver: <c>midpoint</c>, <c>heun</c>, <c>logrho</c>, <c>bh1</c> or <c>bh2</c>.</summary>
    public string? SolverType { get; init; }

    /// <summary>DPM-Solver, DEIS and UniPC: whether the last steps use a lower order.</summary>
    public bool? LowerOrderFinal { get; init; }

    /// <summary>DPM-Solver multistep: whether the very last step is always of first order.</summary>
    public bool? EulerAtFinal { get; init; }

    /// <summary>DPM-Solver, Euler and UniPC: where the schedule ends, <c>zero</c> or <c>sigma_min</c>.</summary>
    public string? FinalSigmasType { get; init; }

    /// <summary>DPM-Solver: noise levels of a lower lambda are left out.</summary>
    public double? LambdaMinClipped { get; init; }

    /// <summary>UniPC: whether it works on the predicted clean sample or on the predicted noise.</summary>
    public bool? PredictX0 { get; init; }

    /// <summary>Euler: <c>linear</c> or <c>log_linear</c> interpolation of sigma over time.</summary>
    public string? InterpolationType { get; init; }

    /// <summary>Euler: the smallest sigma of Karras' and other layouts.</summary>
    public double? SigmaMin { get; init; }

    /// <summary>Euler: the largest sigma of Karras' and other layouts.</summary>
    public double? SigmaMax { get; init; }

    /// <summary>LCM: the number of steps that timesteps are chosen from.</summary>
    public int? OriginalInferenceSteps { get; init; }

    /// <summary>DDIM: the share of DDPM's noise that is put back in each step, 0 to 1; 0 where it is null.</summary>
    public double? Eta { get; init; }

    /// <summary>What is set, as <c>name=value, name=value</c> in the words of JSON; empty where nothing is.</summary>
    public override string ToString() => string.Join(
        ", ", JsonSerializer.SerializeToNode(this, ContractsJson.Options)!.AsObject().Select(member => $"{member.Key}={Text(member.Value!)}"));

    private static string Text(JsonNode value) => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
}
