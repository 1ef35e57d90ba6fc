using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Worker.Inference;

/// <summary>What all pictures of a pass through the model have in common beside what their tasks say.</summary>
/// <param name="Loras">The LoRAs that change the model.</param>
/// <param name="Hires">The second pass; null for none.</param>
internal sealed record PassSettings(IReadOnlyList<Lora> Loras, HiresOptions? Hires)
{
    /// <summary>The model as it is, in one pass.</summary>
    public static PassSettings Plain { get; } = new([], null);

    /// <summary>Whether the same pass can make both.</summary>
    public bool GoesWith(PassSettings other) => Hires == other.Hires && Loras.SequenceEqual(other.Loras);
}
