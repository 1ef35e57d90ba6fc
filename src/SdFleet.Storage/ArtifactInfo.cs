namespace SdFleet.Storage;

/// <summary>What is known of an artifact.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="Sha256">SHA-256, lower-case hex: from the blob's metadata, or computed where nothing recorded it.</param>
public sealed record ArtifactInfo(string Name, long Length, string ContentType, string Sha256);
