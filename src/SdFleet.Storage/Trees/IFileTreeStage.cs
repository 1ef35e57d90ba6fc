namespace SdFleet.Storage;

/// <summary>Files of a <see cref="IFileTree"/> on their way in. What is not published by the time it is disposed is dropped.</summary>
public interface IFileTreeStage : IAsyncDisposable
{
    /// <summary>Begins a file.</summary>
    /// <param name="path">Its path in the tree, once for each stage.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Takes the bytes, and must be disposed before they are published. Cannot seek.</returns>
    Task<Stream> CreateAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// Puts the files in their places, in the order in which they were begun, each in place of the one that is there. A reader finds each
    /// of them whole, or the one before. Fails where somebody else has published a file since it was begun here, in a container.
    /// </summary>
    Task PublishAsync(CancellationToken cancellationToken);
}
