namespace SdFleet.Storage;

/// <summary>
/// Artifacts: files that are created once under a name that follows from what they are, and never changed; one whose bytes are
/// damaged, or that nobody needs, can be taken away. Trouble with the store is an <see cref="ArtifactStoreException"/>; a name that is not a plain
/// relative path is an <see cref="ArgumentException"/>.
/// </summary>
public interface IArtifactStore
{
    /// <summary>Makes the container or folder where it is missing. Several programs may do it at once.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Asks the store for a sign of life, and throws where there is none.</summary>
    Task PingAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stores an artifact, unless one of that name is there. Whoever reads that name finds all of it or nothing. A call whose
    /// first try succeeded without an answer may report the artifact that it stored itself as already there.
    /// </summary>
    /// <param name="name">Relative path, as <see cref="ArtifactNames"/> allows it.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="contentType">Media type.</param>
    /// <param name="sha256">SHA-256 of the bytes, lower-case hex.</param>
    /// <param name="metadata">Labels for whoever looks at the store itself; a folder has no place for them and drops them.</param>
    /// <param name="cancellationToken">Gives up; then the artifact is there in full or not at all.</param>
    Task<PutResult> PutAsync(
        string name,
        ReadOnlyMemory<byte> content,
        string contentType,
        string sha256,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken);

    /// <summary>Opens an artifact for reading, or null where there is none. The caller disposes it.</summary>
    Task<ArtifactContent?> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>What is known of an artifact, or null where there is none.</summary>
    Task<ArtifactInfo?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// SHA-256 of an artifact's bytes as they are now, lower-case hex, or null where there is none. Reads all of it, and believes nothing
    /// that was recorded of it.
    /// </summary>
    Task<string?> HashAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a damaged artifact away, so that the right one can be stored under its name. Only one whose bytes still have the digest that
    /// was found: what somebody has mended in the meantime stays.
    /// </summary>
    /// <param name="name">The artifact.</param>
    /// <param name="sha256">What <see cref="HashAsync"/> gave: the digest of the damaged bytes, lower-case hex.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where there is none, or another one.</returns>
    Task<bool> RemoveDamagedAsync(string name, string sha256, CancellationToken cancellationToken);

    /// <summary>Makes an artifact count as stored now, so that <see cref="RemoveAsync"/> by an older time leaves it.</summary>
    /// <param name="name">The artifact.</param>
    /// <param name="unlessSince">It stays as it is where it was stored after that, by the store's clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where there is none.</returns>
    Task<bool> RenewAsync(string name, DateTimeOffset unlessSince, CancellationToken cancellationToken);

    /// <summary>Takes away an artifact that nobody needs any more, unless somebody renews it meanwhile.</summary>
    /// <param name="name">The artifact.</param>
    /// <param name="unlessSince">It stays where it was stored after that, by the store's clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where there is none, or a newer one.</returns>
    Task<bool> RemoveAsync(string name, DateTimeOffset unlessSince, CancellationToken cancellationToken);

    /// <summary>What comes after <paramref name="folder"/> and a slash in the names of artifacts, up to the next slash, each once, in ordinal order.</summary>
    IAsyncEnumerable<string> ListFoldersAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Artifacts whose names begin with <paramref name="prefix"/> (empty for all), in ordinal order of their names.</summary>
    IAsyncEnumerable<ArtifactEntry> ListAsync(string prefix, CancellationToken cancellationToken);
}
