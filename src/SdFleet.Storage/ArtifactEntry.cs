namespace SdFleet.Storage;

/// <summary>One line of a listing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Length in bytes.</param>
public sealed record ArtifactEntry(string Name, long Length);
