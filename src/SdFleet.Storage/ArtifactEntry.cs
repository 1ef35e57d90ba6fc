namespace SdFleet.Storage;

/// <summary>One line of a listing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="ModifiedAt">When it was stored, by the store's clock.</param>
public sealed record ArtifactEntry(string Name, long Length, DateTimeOffset ModifiedAt);
