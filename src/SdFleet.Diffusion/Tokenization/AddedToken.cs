namespace SdFleet.Diffusion.Tokenization;

/// <summary>A word that was trained into vectors of its own, and takes as many places as it has vectors.</summary>
/// <param name="Text">The word, found in either case of letters where it stands alone.</param>
/// <param name="FirstId">The id of its first vector.</param>
/// <param name="Count">How many ids it has, one behind the other.</param>
internal sealed record AddedToken(string Text, int FirstId, int Count);
