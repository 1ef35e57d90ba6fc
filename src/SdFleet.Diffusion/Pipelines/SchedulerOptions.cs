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

    /// <summary>Makes the scheduler for a model.</summary>
    /// <exception cref="ArgumentException">The name or a setting is not known.</exception>
    internal Scheduler Create(SchedulerConfig model)
    {
        SchedulerConfig config = model with
        {
            UseKarrasSigmas = UseKarrasSigmas ?? model.UseKarrasSigmas,

            // Who asks for one layout does not want the model's other one.
            UseExponentialSigmas = UseKarrasSigmas == true ? false : model.UseExponentialSigmas,
            UseBetaSigmas = UseKarrasSigmas == true ? false : model.UseBetaSigmas,
            TimestepSpacing = TimestepSpacing ?? model.TimestepSpacing,
        };
        return Name is null ? Scheduler.Create(config, Compatibility) : KnownSchedulers.Create(Name, config, Compatibility);
    }

    /// <summary>The options that go to each run.</summary>
    internal StepOptions ToStepOptions() => new() { Eta = Eta };
}
