using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Validation;

/// <summary>The fields of <see cref="SchedulerSettings"/> and what each may hold, whatever the scheduler.</summary>
public static class SchedulerSettingsFields
{
    /// <summary>Every field, in the order people read them.</summary>
    public static IReadOnlyList<FieldRule> All { get; } =
    [
        new("useKarrasSigmas", FieldKind.Truth, "Whether the noise levels follow Karras et al."),
        new("useExponentialSigmas", FieldKind.Truth, "Whether the noise levels are even in the logarithm."),
        new("useBetaSigmas", FieldKind.Truth, "Whether the noise levels lie at quantiles of a beta distribution."),
        new("useLuLambdas", FieldKind.Truth, "DPM-Solver multistep: whether the noise levels are uniform in log SNR."),
        new("timestepSpacing", FieldKind.Word, "Which timesteps are visited.") { Words = ["leading", "linspace", "trailing"] },
        new("stepsOffset", FieldKind.WholeNumber, "Added to each timestep where the spacing is leading.") { Min = 0, Max = 999 },
        new("rescaleBetasZeroSnr", FieldKind.Truth, "Whether the betas are rescaled so that the last noise level is pure noise."),
        new("setAlphaToOne", FieldKind.Truth, "DDIM, PNDM and LCM: whether the step past the last has no noise, or that of timestep 0."),
        new("skipPrkSteps", FieldKind.Truth, "PNDM: whether the Runge-Kutta warm-up is left out."),
        new("clipSample", FieldKind.Truth, "Whether the predicted clean sample is clipped."),
        new("clipSampleRange", FieldKind.Number, "The bound of clipSample.") { Min = 0.1, Max = 1000 },
        new("thresholding", FieldKind.Truth, "Whether the predicted clean sample is dynamically thresholded."),
        new("dynamicThresholdingRatio", FieldKind.Number, "The quantile of the magnitudes that becomes the threshold.") { Min = 0, Max = 1 },
        new("sampleMaxValue", FieldKind.Number, "The largest threshold.") { Min = 0.1, Max = 1000 },
        new("varianceType", FieldKind.Word, "DDPM: how much noise is added in a step.") { Words = ["fixed_small", "fixed_small_log", "fixed_large"] },
        new("algorithmType", FieldKind.Word, "DPM-Solver and DEIS: which equation is solved, in which terms.")
        {
            Words = ["dpmsolver", "dpmsolver++", "sde-dpmsolver", "sde-dpmsolver++", "deis"],
        },
        new("solverOrder", FieldKind.WholeNumber, "DPM-Solver, DEIS and UniPC: the highest order.") { Min = 1, Max = 6 },
        new("solverType", FieldKind.Word, "The form of a second-order solver.") { Words = ["midpoint", "heun", "logrho", "bh1", "bh2"] },
        new("lowerOrderFinal", FieldKind.Truth, "DPM-Solver, DEIS and UniPC: whether the last steps use a lower order."),
        new("eulerAtFinal", FieldKind.Truth, "DPM-Solver multistep: whether the very last step is always of first order."),
        new("finalSigmasType", FieldKind.Word, "DPM-Solver, Euler and UniPC: where the schedule ends.") { Words = ["zero", "sigma_min"] },
        new("lambdaMinClipped", FieldKind.Number, "DPM-Solver: noise levels of a lower lambda are left out.") { Min = -20, Max = 0 },
        new("predictX0", FieldKind.Truth, "UniPC: whether it works on the predicted clean sample or on the predicted noise."),
        new("interpolationType", FieldKind.Word, "Euler: how sigma is interpolated over time.") { Words = ["linear", "log_linear"] },
        new("sigmaMin", FieldKind.Number, "Euler: the smallest sigma of Karras' and other layouts.") { Min = 0.001, Max = 1000 },
        new("sigmaMax", FieldKind.Number, "Euler: the largest sigma of Karras' and other layouts.") { Min = 0.001, Max = 1000 },
        new("originalInferenceSteps", FieldKind.WholeNumber, "LCM: the number of steps that timesteps are chosen from.") { Min = 1, Max = 1000 },
        new("eta", FieldKind.Number, "DDIM: the share of DDPM's noise that is put back in each step.") { Min = 0, Max = 1 },
    ];

    /// <summary>The field of a job.</summary>
    public static FieldRule OfJob { get; } = new(
        "schedulerSettings", FieldKind.Object, "How the scheduler differs from the model's own configuration. What a scheduler has no use for it ignores.")
    {
        Fields = All,
    };
}
