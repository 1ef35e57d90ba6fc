using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>What the U-Net is told in all steps the same: the encoded prompts, and what some models are told beside.</summary>
/// <param name="components">The model.</param>
/// <param name="guidance">How images become rows.</param>
/// <param name="prompts">The encoded prompts by text, of the same length all.</param>
internal sealed class UnetConditioning(
    PipelineComponents components, Guidance guidance, IReadOnlyDictionary<PromptText, PromptEmbedding> prompts)
{
    private readonly PromptEmbedding _any = prompts.Values.First();

    /// <summary>The shape of the U-Net's call.</summary>
    /// <param name="input">One row of the latents and what stands behind them.</param>
    public UnetShape ShapeOf(LatentShape input) => new(
        guidance.Rows,
        input,
        components.LatentChannels,
        _any.Tokens,
        _any.Width,
        components.Xl is null ? 0 : _any.Pooled.Length,
        components.Xl?.TimeIds ?? 0,
        components.GuidanceWidth);

    /// <summary>Writes all of it.</summary>
    public void Write(UnetCall call)
    {
        // Zeros stand for a text that is not given, not for its encoding.
        float[] noWords = new float[_any.Values.Length], nothing = new float[_any.Pooled.Length];
        guidance.WriteRows((task, negative) => IsLeftOut(task, negative) ? noWords : TextOf(task, negative).Values, call.Embeddings);
        if (components.Xl is { } xl)
        {
            guidance.WriteRows((task, negative) => IsLeftOut(task, negative) ? nothing : TextOf(task, negative).Pooled, call.TextEmbeds);
            guidance.WriteRows(xl.IdsOf, call.TimeIds);
        }

        if (components.GuidanceWidth > 0)
        {
            guidance.WriteRows((task, _) => GuidanceVector.Of(task.GuidanceScale, components.GuidanceWidth), call.GuidanceVectors);
        }
    }

    private bool IsLeftOut(GenerationTask task, bool negative) =>
        negative && task.NegativePrompt.Length == 0 && components.Xl is { ForceZeros: true };

    private PromptEmbedding TextOf(GenerationTask task, bool negative) => prompts[negative ? task.NegativePromptText : task.PromptText];
}
