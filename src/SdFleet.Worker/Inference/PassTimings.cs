using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Worker.Inference;

/// <summary>What one picture of a pass cost.</summary>
internal static class PassTimings
{
    /// <summary>
    /// The stages that all pictures of a pass go through together, shared out evenly, so that the sum over pictures is what the
    /// device spent. Decoding is counted for each picture already.
    /// </summary>
    public static GenerationTimings Share(GenerationTimings pass, int pictures) =>
        pass with { TextEncode = pass.TextEncode / pictures, Denoise = pass.Denoise / pictures };
}
