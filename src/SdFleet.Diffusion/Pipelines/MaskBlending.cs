namespace SdFleet.Diffusion.Pipelines;

/// <summary>How a model that was not made for inpainting keeps what a mask keeps.</summary>
public enum MaskBlending
{
    /// <summary>Each latent is repainted or kept, as in diffusers' <c>StableDiffusionInpaintPipeline</c>.</summary>
    Hard,

    /// <summary>The mask's grays are shares, as in diffusers' older <c>StableDiffusionInpaintPipelineLegacy</c>.</summary>
    Soft,
}
