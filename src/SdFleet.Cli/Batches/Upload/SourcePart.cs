namespace SdFleet.Cli.Batches.Upload;

/// <summary>A piece of a batch's JSON Lines, as it is uploaded.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Bytes">Its bytes, each line ended with a line feed.</param>
internal readonly record struct SourcePart(int Number, long Lines, ReadOnlyMemory<byte> Bytes);
