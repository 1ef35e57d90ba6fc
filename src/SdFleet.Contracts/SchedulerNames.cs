namespace SdFleet.Contracts;

/// <summary>The schedulers a recipe can name. A test holds this list against what the inference library really has.</summary>
public static class SchedulerNames
{
    /// <summary>Every accepted name: diffusers' class without "Scheduler", in lower case with dashes.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "ddim",
        "ddpm",
        "deis-multistep",
        "dpm-solver-multistep",
        "dpm-solver-singlestep",
        "euler-ancestral-discrete",
        "euler-discrete",
        "heun-discrete",
        "kdpm2-ancestral-discrete",
        "kdpm2-discrete",
        "lcm",
        "lms-discrete",
        "pndm",
        "unipc-multistep",
    ];
}
