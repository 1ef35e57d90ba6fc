namespace SdFleet.Diffusion.Pipelines;

/// <summary>Where the time of an image went.</summary>
/// <param name="TextEncode">Encoding the batch's prompts; almost nothing where they were encoded before.</param>
/// <param name="Denoise">All steps of the batch.</param>
/// <param name="Decode">Decoding this image.</param>
public readonly record struct GenerationTimings(TimeSpan TextEncode, TimeSpan Denoise, TimeSpan Decode);
