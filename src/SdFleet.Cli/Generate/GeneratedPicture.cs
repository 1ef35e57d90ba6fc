namespace SdFleet.Cli.Generate;

/// <summary>A finished picture as the bytes of its file.</summary>
internal sealed record GeneratedPicture(long Seed, byte[] Png);
