namespace SdFleet.Diffusion.Adapters;

/// <summary>
/// A word with vectors of its own in place of the vocabulary's (arXiv:2208.01618): what A1111 calls an embedding. In prompts the word is
/// found in either case of letters, where no letter or digit goes on from it; it takes as many places as it has vectors.
/// </summary>
/// <param name="Path">
/// The safetensors file: one tensor with the name of the word (diffusers), one tensor <c>emb_params</c> (A1111), or <c>clip_l</c> and
/// <c>clip_g</c> (SDXL), each a vector or rows of vectors. Pickled files (.pt, .bin) are not read: they can run any program.
/// </param>
/// <param name="Token">
/// The word in prompts, 1 to 200 characters; null for the tensor's name in diffusers' layout, else for the file's name.
/// </param>
public sealed record TextualInversion(string Path, string? Token = null);
