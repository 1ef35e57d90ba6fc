using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using SdFleet.Storage.Blobs;

namespace SdFleet.Storage;

/// <summary>
/// A blob container of its own, for a trial of the fleet: made for it, deleted with it. Reads blobs as they lie there and
/// believes nothing that is written beside them. Trouble with the service is an <see cref="ArtifactStoreException"/>.
/// </summary>
public sealed class ScratchContainer : IAsyncDisposable
{
    private readonly BlobContainerClient _container;

    private ScratchContainer(BlobContainerClient container) => _container = container;

    /// <summary>Makes the container; it must not be there yet.</summary>
    public static async Task<ScratchContainer> CreateAsync(ArtifactStoreOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var container = BlobContainers.Open(options);
        await CallAsync(container, "Making the container", () => container.CreateAsync(cancellationToken: cancellationToken), cancellationToken);
        return new ScratchContainer(container);
    }

    /// <summary>The names of all blobs.</summary>
    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var pages = _container.GetBlobsAsync(cancellationToken: cancellationToken).AsPages().GetAsyncEnumerator(cancellationToken);
        while (await CallAsync(_container, "Listing", () => pages.MoveNextAsync().AsTask(), cancellationToken))
        {
            foreach (var blob in pages.Current.Values)
            {
                yield return blob.Name;
            }
        }
    }

    /// <summary>A blob's bytes.</summary>
    public async Task<byte[]> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var blob = await CallAsync(_container, $"Reading {name}", () => _container.GetBlobClient(name).DownloadContentAsync(cancellationToken), cancellationToken);
        return blob.Value.Content.ToArray();
    }

    /// <summary>Deletes the container with all that is in it.</summary>
    public async ValueTask DisposeAsync() =>
        await CallAsync(_container, "Deleting the container", () => _container.DeleteIfExistsAsync(), CancellationToken.None);

    private static async Task<T> CallAsync<T>(BlobContainerClient container, string what, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (BlobErrors.Translate(e, container, what, cancellationToken) is { } translated)
        {
            throw translated;
        }
    }
}
