using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using SdFleet.Storage.Blobs;

namespace SdFleet.Storage.Trees;

/// <summary>What lies in a container below a prefix. What is begun is blocks that no blob has yet, which the service drops by itself after a week.</summary>
internal sealed class BlobTree(BlobContainerClient container, string prefix) : IFileTree
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromSeconds(2);

    public string Place => $"{FileTrees.BlobScheme}{container.Name}{(prefix.Length > 0 ? "/" : "")}{prefix}";

    public Task PrepareAsync(CancellationToken cancellationToken) => CallAsync("Making the container", async () =>
    {
        // Asked first, as a signature may allow the use of a container but not the making of one.
        if (!await container.ExistsAsync(cancellationToken))
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        }

        return true;
    }, cancellationToken);

    public async Task<IFileTreeLock?> TryLockAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ; waited += LockPoll)
        {
            if (await CallAsync("Locking", () => BlobLock.TryTakeAsync(container.GetBlockBlobClient(NameOf(FolderTree.LockFile)), cancellationToken), cancellationToken) is { } taken)
            {
                return taken;
            }

            if (waited >= patience)
            {
                return null;
            }

            await Task.Delay(LockPoll, cancellationToken);
        }
    }

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken) => CallAsync($"Reading {path}", async () =>
    {
        try
        {
            // Its stream goes on after a lost connection, and holds on to the ETag of what it began with.
            var download = await container.GetBlobClient(NameOf(path)).DownloadStreamingAsync(cancellationToken: cancellationToken);
            return download.Value.Content;
        }
        catch (RequestFailedException failed) when (failed.Is(BlobErrorCode.BlobNotFound))
        {
            return (Stream?)null;
        }
    }, cancellationToken);

    public Task<long?> FindLengthAsync(string path, CancellationToken cancellationToken) => CallAsync($"Finding {path}", async () =>
    {
        try
        {
            return (await container.GetBlobClient(NameOf(path)).GetPropertiesAsync(cancellationToken: cancellationToken)).Value.ContentLength;
        }
        catch (RequestFailedException failed) when (failed.Is(BlobErrorCode.BlobNotFound) || (failed.Status == 404 && string.IsNullOrEmpty(failed.ErrorCode)))
        {
            return (long?)null;
        }
    }, cancellationToken);

    public async IAsyncEnumerable<ArtifactEntry> ListAsync(string start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        var root = prefix.Length > 0 ? prefix + "/" : "";
        await using var pages = container.GetBlobsAsync(prefix: root + start, cancellationToken: cancellationToken).AsPages().GetAsyncEnumerator(cancellationToken);
        while (await CallAsync("Listing", () => pages.MoveNextAsync().AsTask(), cancellationToken))
        {
            foreach (var blob in pages.Current.Values.Where(b => b.Name != root + FolderTree.LockFile))
            {
                yield return new ArtifactEntry(blob.Name[root.Length..], blob.Properties.ContentLength ?? 0, blob.Properties.LastModified ?? DateTimeOffset.MaxValue);
            }
        }
    }

    public IFileTreeStage Stage() => new BlobStage(container, NameOf);

    public Task RemoveAsync(string path, CancellationToken cancellationToken) => CallAsync(
        $"Removing {path}",
        () => container.DeleteBlobIfExistsAsync(NameOf(path), DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken),
        cancellationToken);

    public Task ClearAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string NameOf(string path)
    {
        ArtifactNames.ThrowIfInvalid(path);
        return prefix.Length > 0 ? $"{prefix}/{path}" : path;
    }

    private async Task<T> CallAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken)
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
