using System.Collections.Frozen;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>The schedulers by name: diffusers' class names, and short names as people type them.</summary>
public static class KnownSchedulers
{
    private delegate Scheduler Factory(SchedulerConfig config, SchedulerCompatibility compatibility);

    private static readonly FrozenDictionary<string, Factory> Classes = new Dictionary<string, Factory>(StringComparer.Ordinal)
    {
        ["DDIMScheduler"] = (config, compatibility) => new DdimScheduler(config, compatibility),
        ["DDPMScheduler"] = (config, compatibility) => new DdpmScheduler(config, compatibility),
        ["DEISMultistepScheduler"] = (config, compatibility) => new DeisMultistepScheduler(config, compatibility),
        ["DPMSolverMultistepScheduler"] = (config, compatibility) => new DpmSolverMultistepScheduler(config, compatibility),
        ["DPMSolverSinglestepScheduler"] = (config, compatibility) => new DpmSolverSinglestepScheduler(config, compatibility),
        ["EulerAncestralDiscreteScheduler"] = (config, compatibility) => new EulerAncestralDiscreteScheduler(config, compatibility),
        ["EulerDiscreteScheduler"] = (config, compatibility) => new EulerDiscreteScheduler(config, compatibility),
        ["HeunDiscreteScheduler"] = (config, compatibility) => new HeunDiscreteScheduler(config, compatibility),
        ["KDPM2AncestralDiscreteScheduler"] = (config, compatibility) => new Kdpm2AncestralDiscreteScheduler(config, compatibility),
        ["KDPM2DiscreteScheduler"] = (config, compatibility) => new Kdpm2DiscreteScheduler(config, compatibility),
        ["LCMScheduler"] = (config, compatibility) => new LcmScheduler(config, compatibility),
        ["LMSDiscreteScheduler"] = (config, compatibility) => new LmsDiscreteScheduler(config, compatibility),
        ["PNDMScheduler"] = (config, compatibility) => new PndmScheduler(config, compatibility),
        ["UniPCMultistepScheduler"] = (config, compatibility) => new UniPcMultistepScheduler(config, compatibility),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Preset> ShortNames =
        new Dictionary<string, Preset>(StringComparer.OrdinalIgnoreCase)
        {
            ["ddim"] = new("DDIMScheduler"),
            ["ddpm"] = new("DDPMScheduler"),
            ["deis"] = new("DEISMultistepScheduler"),
            ["dpm2"] = new("KDPM2DiscreteScheduler", WithoutKarras),
            ["dpm2_a"] = new("KDPM2AncestralDiscreteScheduler", WithoutKarras),
            ["dpm2_a_karras"] = new("KDPM2AncestralDiscreteScheduler", WithKarras),
            ["dpm2_karras"] = new("KDPM2DiscreteScheduler", WithKarras),
            ["dpmpp_2m"] = new("DPMSolverMultistepScheduler", DpmPlusPlus),
            ["dpmpp_2m_karras"] = new("DPMSolverMultistepScheduler", config => WithKarras(DpmPlusPlus(config))),
            ["dpmpp_2m_sde"] = new("DPMSolverMultistepScheduler", DpmPlusPlusSde),
            ["dpmpp_2m_sde_karras"] = new("DPMSolverMultistepScheduler", config => WithKarras(DpmPlusPlusSde(config))),
            ["dpmpp_2s"] = new("DPMSolverSinglestepScheduler", DpmPlusPlus),
            ["dpmpp_2s_karras"] = new("DPMSolverSinglestepScheduler", config => WithKarras(DpmPlusPlus(config))),
            ["euler"] = new("EulerDiscreteScheduler", WithoutKarras),
            ["euler_a"] = new("EulerAncestralDiscreteScheduler"),
            ["euler_karras"] = new("EulerDiscreteScheduler", WithKarras),
            ["heun"] = new("HeunDiscreteScheduler", WithoutKarras),
            ["heun_karras"] = new("HeunDiscreteScheduler", WithKarras),
            ["lcm"] = new("LCMScheduler"),
            ["lms"] = new("LMSDiscreteScheduler", WithoutKarras),
            ["lms_karras"] = new("LMSDiscreteScheduler", WithKarras),
            ["pndm"] = new("PNDMScheduler"),
            ["singlestep"] = new("DPMSolverSinglestepScheduler", DpmPlusPlus),
            ["unipc"] = new("UniPCMultistepScheduler"),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>diffusers' class names, in order.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = [.. Classes.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The short names, in order.</summary>
    public static IReadOnlyList<string> Aliases { get; } = [.. ShortNames.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether a name, of either kind, is known. Short names may be in any case.</summary>
    public static bool Contains(string name) => ShortNames.ContainsKey(name) || Classes.ContainsKey(name);

    /// <summary>Makes a scheduler by name, with the noise schedule and the other settings of a configuration.</summary>
    /// <param name="name">A class name or a short name. A short name overrules the options that it stands for, such as Karras.</param>
    /// <param name="config">The configuration, usually that of the model; it may have been saved by another class.</param>
    /// <param name="compatibility">The generation of diffusers to compute like.</param>
    /// <exception cref="ArgumentException">
    /// The name is not known, or a value of the configuration is not supported; the message says which ones are.
    /// </exception>
    public static Scheduler Create(
        string name, SchedulerConfig config, SchedulerCompatibility compatibility = SchedulerCompatibility.Current)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(config);
        if (ShortNames.TryGetValue(name, out Preset? preset))
        {
            return Classes[preset.ClassName](preset.Adjust?.Invoke(config) ?? config, compatibility);
        }

        return Classes.TryGetValue(name, out Factory? factory)
            ? factory(config, compatibility)
            : throw new ArgumentException(
                $"The scheduler \"{name}\" is not known. Known: {string.Join(", ", Aliases)}, {string.Join(", ", ClassNames)}.",
                nameof(name));
    }

    private static SchedulerConfig WithKarras(SchedulerConfig config) => WithoutKarras(config) with { UseKarrasSigmas = true };

    // Nor any other layout that would stand in its place.
    private static SchedulerConfig WithoutKarras(SchedulerConfig config) =>
        config with { UseKarrasSigmas = false, UseExponentialSigmas = false, UseBetaSigmas = false };

    private static SchedulerConfig DpmPlusPlus(SchedulerConfig config) =>
        WithoutKarras(config) with { AlgorithmType = "dpmsolver++", SolverOrder = 2, UseLuLambdas = false };

    private static SchedulerConfig DpmPlusPlusSde(SchedulerConfig config) =>
        DpmPlusPlus(config) with { AlgorithmType = "sde-dpmsolver++" };

    private sealed record Preset(string ClassName, Func<SchedulerConfig, SchedulerConfig>? Adjust = null);
}
