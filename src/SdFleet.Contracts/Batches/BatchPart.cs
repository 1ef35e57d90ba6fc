namespace SdFleet.Contracts.Batches;

/// <summary>A piece of a batch's JSON Lines, cut between two lines.</summary>
/// <param name="Lines">Its lines. Each ends with a line feed, the last one perhaps with the part.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hex.</param>
public sealed record BatchPart(long Lines, long Bytes, string Sha256);
