namespace SdFleet.Contracts;

/// <summary>The schedulers a recipe can name. A test holds this list against what the inference library really has.</summary>
public static class SchedulerNames
{
    /// <summary>Every accepted name: short ones as people type them, then diffusers' class names.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "ddim",
        "ddpm",
        "deis",
        "dpm2",
        "dpm2_a",
        "dpm2_a_karras",
        "dpm2_karras",
        "dpmpp_2m",
        "dpmpp_2m_karras",
        "dpmpp_2m_sde",
        "dpmpp_2m_sde_karras",
        "dpmpp_2s",
        "dpmpp_2s_karras",
        "euler",
        "euler_a",
        "euler_karras",
        "heun",
        "heun_karras",
        "lcm",
        "lms",
        "lms_karras",
        "pndm",
        "singlestep",
        "unipc",
        "DDIMScheduler",
        "DDPMScheduler",
        "DEISMultistepScheduler",
        "DPMSolverMultistepScheduler",
        "DPMSolverSinglestepScheduler",
        "EulerAncestralDiscreteScheduler",
        "EulerDiscreteScheduler",
        "HeunDiscreteScheduler",
        "KDPM2AncestralDiscreteScheduler",
        "KDPM2DiscreteScheduler",
        "LCMScheduler",
        "LMSDiscreteScheduler",
        "PNDMScheduler",
        "UniPCMultistepScheduler",
    ];
}
