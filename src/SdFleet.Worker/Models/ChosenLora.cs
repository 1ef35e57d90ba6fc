using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Adapters;

namespace SdFleet.Worker.Models;

/// <summary>A LoRA that a recipe names, found.</summary>
/// <param name="Record">What goes into a picture's record: with the digest of its file.</param>
/// <param name="Adapter">What the library is given.</param>
internal sealed record ChosenLora(RecipeLora Record, Lora Adapter);
