namespace SdFleet.Contracts.Jobs;

/// <summary>How a model that was not made for inpainting keeps what a mask keeps.</summary>
public enum MaskBlending
{
    /// <summary>Each latent is repainted or kept.</summary>
    Hard,

    /// <summary>The mask's grays are shares.</summary>
    Soft,
}
