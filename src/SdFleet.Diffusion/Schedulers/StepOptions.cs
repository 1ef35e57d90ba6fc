namespace SdFleet.Diffusion.Schedulers;

/// <summary>What a run may ask of its scheduler beyond the configuration. A scheduler ignores what is not its own.</summary>
public sealed record StepOptions
{
    /// <summary>Everything at its default.</summary>
    public static StepOptions Default { get; } = new();

    /// <summary>DDIM: the share of DDPM's noise that is put back in each step, 0 (none, the default) to 1.</summary>
    public double Eta { get; init; }

    /// <summary>DDIM: whether the noise direction is computed anew from the clipped clean sample (as GLIDE does).</summary>
    public bool UseClippedModelOutput { get; init; }

    /// <summary>LMS: the number of past derivatives a step combines, at least 1. Default 4.</summary>
    public int LmsOrder { get; init; } = 4;

    internal void Validate()
    {
        if (double.IsNaN(Eta) || Eta < 0 || Eta > 1)
        {
            throw new ArgumentException(FormattableString.Invariant($"eta {Eta} is not supported. Supported: 0 to 1."), nameof(Eta));
        }

        ConfigValue.InRange("order", LmsOrder, 1, 16);
    }
}
