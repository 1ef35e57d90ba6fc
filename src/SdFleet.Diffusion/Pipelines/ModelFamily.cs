namespace SdFleet.Diffusion.Pipelines;

/// <summary>What a model's U-Net is told of the prompt, and so how prompts are encoded for it.</summary>
public enum ModelFamily
{
    /// <summary>Stable Diffusion 1 and 2: one vector a token, of one text encoder.</summary>
    StableDiffusion,

    /// <summary>
    /// Stable Diffusion XL: vectors of two text encoders side by side, one vector for the whole prompt, and the sizes of
    /// <see cref="SizeConditioning"/>.
    /// </summary>
    StableDiffusionXl,

    /// <summary>The refiner of Stable Diffusion XL: the second text encoder alone, and an aesthetic score. Takes an image to begin with.</summary>
    StableDiffusionXlRefiner,
}
