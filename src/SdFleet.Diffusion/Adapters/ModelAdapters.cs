namespace SdFleet.Diffusion.Adapters;

/// <summary>What changes a model while it is loaded.</summary>
public sealed record ModelAdapters
{
    private const double MaxScale = 10;

    /// <summary>LoRAs, whose changes add up.</summary>
    public IReadOnlyList<Lora> Loras { get; init; } = [];

    /// <summary>Words with vectors of their own, each another word.</summary>
    public IReadOnlyList<TextualInversion> Embeddings { get; init; } = [];

    internal void Validate()
    {
        foreach (Lora lora in Loras)
        {
            if (string.IsNullOrEmpty(lora.Path))
            {
                throw new ArgumentException("A LoRA has no Path; it must be the path of a safetensors file.", nameof(Loras));
            }

            if (!(Math.Abs(lora.Scale) <= MaxScale))
            {
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"Scale of the LoRA {lora.Path} is {lora.Scale}; it must be within {-MaxScale} to {MaxScale}."),
                    nameof(Loras));
            }
        }
    }
}
