using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// What tests put in and look at: recorded ids and noise in, the tensors on the way out. Overridden there; does nothing here.
/// </summary>
internal class GenerationProbe
{
    /// <summary>Takes the tokenizer's place where it is not null.</summary>
    public virtual Func<string, TokenizedPrompt>? Tokenize => null;

    /// <summary>Takes the place of the images' own noise where it is not null.</summary>
    public virtual BatchNoise? Noise => null;

    /// <summary>The encoded prompts, row by row as the U-Net takes them.</summary>
    public virtual void OnEmbeddings(ReadOnlySpan<float> rows)
    {
    }

    /// <summary>What the image encoder gives for an image, in call order.</summary>
    public virtual void OnEncoded(float[] latents)
    {
    }

    /// <summary>The latents that enter the loop.</summary>
    public virtual void OnStart(ReadOnlySpan<float> latents)
    {
    }

    /// <summary>The U-Net's input rows.</summary>
    public virtual void OnUnetInput(int step, double timestep, ReadOnlySpan<float> rows)
    {
    }

    /// <summary>The U-Net's predictions before guidance.</summary>
    public virtual void OnUnetOutput(int step, ReadOnlySpan<float> rows)
    {
    }

    /// <summary>The latents after a step.</summary>
    public virtual void OnStep(int step, ReadOnlySpan<float> latents)
    {
    }

    /// <summary>The latents that leave the loop.</summary>
    public virtual void OnFinish(ReadOnlySpan<float> latents)
    {
    }

    /// <summary>An image as the decoder gives it: three planes in -1 to 1.</summary>
    public virtual void OnDecoded(int image, float[] planes)
    {
    }
}
