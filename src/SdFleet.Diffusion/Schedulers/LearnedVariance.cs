namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// Models that predict how much noise a step adds, in as many channels again (arXiv:2102.09672). diffusers' DDPM takes them; its DPM-Solver
/// takes the first three channels of what they predict, which is for pixels. No U-Net of Stable Diffusion is one.
/// </summary>
internal static class LearnedVariance
{
    /// <summary>Refuses a configuration for such a model.</summary>
    /// <param name="varianceType">Its <c>variance_type</c>.</param>
    /// <param name="supported">What it may be instead, for the message.</param>
    /// <exception cref="ArgumentException">It is for one.</exception>
    public static void Refuse(string? varianceType, string supported)
    {
        if (varianceType is "learned" or "learned_range")
        {
            throw new ArgumentException(
                $"variance_type \"{varianceType}\" is not supported: it is for models that predict the variance in as many channels " +
                $"again, and Stable Diffusion's do not. Supported: {supported}.");
        }
    }
}
