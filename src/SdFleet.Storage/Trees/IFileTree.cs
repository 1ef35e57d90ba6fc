namespace SdFleet.Storage;

/// <summary>
/// Files that belong together, below a folder or below a prefix of a blob container, each written whole and replaced whole: a
/// dataset. Paths are relative, as <see cref="ArtifactNames"/> allows names. Trouble is an <see cref="ArtifactStoreException"/>.
/// </summary>
public interface IFileTree
{
    /// <summary>Where it is, for people and for <see cref="FileTrees.Open(string, ArtifactStoreOptions)"/>; holds no secret.</summary>
    string Place { get; }

    /// <summary>Makes the folder or container where it is missing.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Keeps others who ask for it from working here until it is disposed, or its holder has died. Null where somebody else has it for
    /// longer than <paramref name="patience"/>.
    /// </summary>
    Task<IFileTreeLock?> TryLockAsync(TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>Opens a file for reading, from its beginning, or null where there is none. The caller disposes it.</summary>
    Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>A file's length in bytes, or null where there is none.</summary>
    Task<long?> FindLengthAsync(string path, CancellationToken cancellationToken);

    /// <summary>Files whose paths begin with <paramref name="prefix"/> (empty for all), without what is only begun, and without the lock.</summary>
    IAsyncEnumerable<ArtifactEntry> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Begins to write files. Nobody sees them before they are published.</summary>
    IFileTreeStage Stage();

    /// <summary>Takes away a file; one that is not there is none the less gone.</summary>
    Task RemoveAsync(string path, CancellationToken cancellationToken);

    /// <summary>Clears away what a run that was killed had begun. Only for the holder of the lock.</summary>
    Task ClearAsync(CancellationToken cancellationToken);
}
