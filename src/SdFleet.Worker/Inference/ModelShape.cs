using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Worker.Inference;

/// <summary>What a model is made for, and what the sides of its pictures are multiples of.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Kind">What it is made for.</param>
/// <param name="SizeMultiple">Pixels of a latent; what an upscaling model makes a picture larger by.</param>
/// <param name="RoundMultiple">What sides that come about are rounded up to.</param>
/// <param name="MaxSide">Longest side that it may be asked for, in pixels.</param>
public readonly record struct ModelShape(string Name, ModelKind Kind, int SizeMultiple, int RoundMultiple, int MaxSide)
{
    /// <summary>Of a loaded model.</summary>
    public static ModelShape Of(string name, PipelineInfo model, int maxSide)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(name, model.Kind, model.SizeMultiple, model.RoundMultiple, maxSide);
    }
}
