namespace SdFleet.Diffusion.Tokenization;

/// <summary>A token that is found in the text itself, before the text is cut into words.</summary>
/// <param name="Content">The text that stands for the token.</param>
/// <param name="Id">Its id in the vocabulary.</param>
/// <param name="Normalized">
/// Whether it is looked for in the normalized text (so in either case of letters), as CLIP's own two are, or as typed.
/// </param>
internal sealed record SpecialToken(string Content, int Id, bool Normalized);
