namespace SdFleet.Diffusion.Pipelines;

/// <summary>What a model's U-Net is given beside the noisy latents, and so what the model can be used for.</summary>
public enum ModelKind
{
    /// <summary>Nothing: text to image, image to image, and inpainting by blending.</summary>
    General,

    /// <summary>A mask, and an image without what is repainted: inpainting.</summary>
    Inpainting,

    /// <summary>A depth map: image to image that keeps the depths.</summary>
    DepthToImage,

    /// <summary>A small image: upscaling.</summary>
    Upscaling,
}
