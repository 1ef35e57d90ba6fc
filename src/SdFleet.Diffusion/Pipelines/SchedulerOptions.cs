using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Which scheduler walks down the noise, and how: what differs from the model's own configuration.</summary>
public sealed record SchedulerOptions
{
    /// <summary>A name of <see cref="KnownSchedulers"/>; null takes the model's own scheduler.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the noise levels follow Karras et al.; null leaves it to the model and the name.</summary>
    public bool? UseKarrasSigmas { get; init; }

    /// <summary>Which timesteps are visited: <c>leading</c>, <c>linspace</c> or <c>trailing</c>; null leaves it to the model.</summary>
    public string? TimestepSpacing { get; init; }

    /// <summary>DDIM: the share of DDPM's noise that is put back in each step, 0 (none, the default) to 1.</summary>
    public double Eta { get; init; }

    /// <summary>The generation of diffusers to compute like, where generations differ.</summary>
    public SchedulerCompatibility Compatibility { get; init; }

    /// <summary>
    /// Everything else that differs, as a scheduler_config.json says it: what is null here is the model's. The settings above win over it,
    /// and so does what a short <see cref="Name"/> stands for.
    /// </summary>
    public SchedulerConfig Settings { get; init; } = new();

    /// <summary>Makes the scheduler for a model.</summary>
    /// <exception cref="ArgumentException">The name or a setting is not known.</exception>
    internal Scheduler Create(SchedulerConfig model)
    {
        SchedulerConfig config = model.With(Settings);
        config = config with
        {
            UseKarrasSigmas = UseKarrasSigmas ?? config.UseKarrasSigmas,

            // Who asks for one layout does not want the model's other one.
            UseExponentialSigmas = UseKarrasSigmas == true ? false : config.UseExponentialSigmas,
            UseBetaSigmas = UseKarrasSigmas == true ? false : config.UseBetaSigmas,
            TimestepSpacing = TimestepSpacing ?? config.TimestepSpacing,
        };
        return Name is null ? Scheduler.Create(config, Compatibility) : KnownSchedulers.Create(Name, config, Compatibility);
    }

    /// <summary>The options that go to each run.</summary>
    internal StepOptions ToStepOptions() => new() { Eta = Eta };
}
