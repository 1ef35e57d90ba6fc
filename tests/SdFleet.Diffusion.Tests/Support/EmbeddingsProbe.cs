using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>Keeps the encoded prompts of each batch that a generation is made in.</summary>
internal sealed class EmbeddingsProbe : GenerationProbe
{
    /// <summary>The rows of the U-Net's batch, one behind the other, for each batch.</summary>
    public List<float[]> Batches { get; } = [];

    public override void OnEmbeddings(ReadOnlySpan<float> rows) => Batches.Add(rows.ToArray());
}
