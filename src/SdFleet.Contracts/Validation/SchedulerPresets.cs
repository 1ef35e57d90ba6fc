using System.Collections.Frozen;

namespace SdFleet.Contracts.Validation;

/// <summary>
/// The short names of schedulers that decide some of the settings, so that these cannot be set beside them. A test holds this against
/// what the inference library makes of each.
/// </summary>
public static class SchedulerPresets
{
    private static readonly string[] Layouts = ["useKarrasSigmas", "useExponentialSigmas", "useBetaSigmas"];
    private static readonly string[] Solver = [.. Layouts, "useLuLambdas", "algorithmType", "solverOrder"];

    /// <summary>Those of <see cref="SchedulerNames.All"/> that decide any.</summary>
    public static IReadOnlyDictionary<string, SchedulerPreset> ByName { get; } = new Dictionary<string, SchedulerPreset>(StringComparer.Ordinal)
    {
        ["dpm2"] = new("KDPM2DiscreteScheduler", Layouts),
        ["dpm2_a"] = new("KDPM2AncestralDiscreteScheduler", Layouts),
        ["dpm2_a_karras"] = new("KDPM2AncestralDiscreteScheduler", Layouts),
        ["dpm2_karras"] = new("KDPM2DiscreteScheduler", Layouts),
        ["dpmpp_2m"] = new("DPMSolverMultistepScheduler", Solver),
        ["dpmpp_2m_karras"] = new("DPMSolverMultistepScheduler", Solver),
        ["dpmpp_2m_sde"] = new("DPMSolverMultistepScheduler", Solver),
        ["dpmpp_2m_sde_karras"] = new("DPMSolverMultistepScheduler", Solver),
        ["dpmpp_2s"] = new("DPMSolverSinglestepScheduler", Solver),
        ["dpmpp_2s_karras"] = new("DPMSolverSinglestepScheduler", Solver),
        ["euler"] = new("EulerDiscreteScheduler", Layouts),
        ["euler_karras"] = new("EulerDiscreteScheduler", Layouts),
        ["heun"] = new("HeunDiscreteScheduler", Layouts),
        ["heun_karras"] = new("HeunDiscreteScheduler", Layouts),
        ["lms"] = new("LMSDiscreteScheduler", Layouts),
        ["lms_karras"] = new("LMSDiscreteScheduler", Layouts),
        ["singlestep"] = new("DPMSolverSinglestepScheduler", Solver),
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
