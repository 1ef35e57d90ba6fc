using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace SdFleet.Storage.Blobs;

/// <summary>Artifacts in a container of Azure Blob Storage, or of Azurite.</summary>
internal sealed class AzureBlobArtifactStore(BlobContainerClient container) : IArtifactStore
{
    /// <summary>Metadata key of the SHA-256; metadata names have the rules of C# identifiers.</summary>
    internal const string Sha256Key = "sha256";

    private const int MaxLooks = 5;

    public Task PrepareAsync(CancellationToken cancellationToken) =>
        CallAsync("Making the container", async () =>
        {
            // Asked first, as a signature may allow the use of a container but not the making of one.
            if (!await container.ExistsAsync(cancellationToken))
            {
                await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            }

            return true;
        }, cancellationToken);

    public Task PingAsync(CancellationToken cancellationToken) =>
        CallAsync("Looking at the container", () => container.GetPropertiesAsync(cancellationToken: cancellationToken), cancellationToken);

    public Task<PutResult> PutAsync(
        string name,
        ReadOnlyMemory<byte> content,
        string contentType,
        string sha256,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        Sha256Text.ThrowIfInvalid(sha256);
        return CallAsync($"Storing {name}", async () =>
        {
            var labels = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>()) { [Sha256Key] = sha256 };
            var options = new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
                Metadata = labels,
                Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },

                // One request (Put Blob) however long the content is: it creates the whole blob, or does nothing. Content that
                // reaches the threshold would go up as blocks, and writers of one name stage theirs under the same ids: the
                // one whose commit wins would commit what another one staged.
                TransferOptions = new() { InitialTransferSize = content.Length + 1L, MaximumTransferSize = content.Length + 1L },
            };

            try
            {
                await container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), options, cancellationToken);
                return new PutResult(Created: true, sha256, content.Length);
            }
            catch (RequestFailedException failed) when (failed.Is(BlobErrorCode.BlobAlreadyExists) || failed.Status == 412)
            {
                var there = await InfoAsync(name, cancellationToken)
                    ?? throw new ArtifactStoreException($"{name} was there and is gone: something else deletes artifacts.", isTransient: true, failed);
                return new PutResult(Created: false, there.Sha256, there.Length);
            }
        }, cancellationToken);
    }

    public Task<ArtifactContent?> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        return CallAsync($"Reading {name}", async () =>
        {
            try
            {
                // Its stream goes on after a lost connection, and holds on to the ETag of what it began with.
                var download = await container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellationToken);
                var details = download.Value.Details;
                var stream = details.Metadata.TryGetValue(Sha256Key, out var sha256)
                    ? new VerifyingStream(download.Value.Content, sha256, name)
                    : download.Value.Content;
                return new ArtifactContent(stream, details.ContentLength, details.ContentType);
            }
            catch (RequestFailedException failed) when (failed.Is(BlobErrorCode.BlobNotFound))
            {
                return null;
            }
        }, cancellationToken);
    }

    public Task<ArtifactInfo?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        return CallAsync($"Finding {name}", () => InfoAsync(name, cancellationToken), cancellationToken);
    }

    public Task<string?> HashAsync(string name, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        return CallAsync($"Reading {name}", async () => (await HashOrNullAsync(name, cancellationToken))?.Sha256, cancellationToken);
    }

    public Task<bool> RemoveDamagedAsync(string name, string sha256, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        Sha256Text.ThrowIfInvalid(sha256);
        return CallAsync($"Removing {name}", async () =>
        {
            if (await HashOrNullAsync(name, cancellationToken) is not (var found, var version) || found != sha256)
            {
                return false;
            }

            try
            {
                // The very version that was read, or nothing.
                var conditions = new BlobRequestConditions { IfMatch = version };
                await container.GetBlobClient(name).DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions, cancellationToken);
                return true;
            }
            catch (RequestFailedException failed) when (failed.Status == 412 || failed.Is(BlobErrorCode.BlobNotFound))
            {
                return false;
            }
        }, cancellationToken);
    }

    public async IAsyncEnumerable<ArtifactEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalidPrefix(prefix);

        // The service lists in ordinal order of names.
        var pages = container.GetBlobsAsync(prefix: prefix, cancellationToken: cancellationToken).AsPages().GetAsyncEnumerator(cancellationToken);
        await using (pages)
        {
            while (await CallAsync("Listing artifacts", () => pages.MoveNextAsync().AsTask(), cancellationToken))
            {
                foreach (var blob in pages.Current.Values)
                {
                    yield return new ArtifactEntry(blob.Name, blob.Properties.ContentLength ?? 0, blob.Properties.LastModified ?? DateTimeOffset.MaxValue);
                }
            }
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(folder);
        var pages = container.GetBlobsByHierarchyAsync(prefix: folder + "/", delimiter: "/", cancellationToken: cancellationToken)
            .AsPages().GetAsyncEnumerator(cancellationToken);
        await using (pages)
        {
            while (await CallAsync("Listing artifacts", () => pages.MoveNextAsync().AsTask(), cancellationToken))
            {
                foreach (var item in pages.Current.Values.Where(i => i.IsPrefix))
                {
                    yield return item.Prefix[(folder.Length + 1)..].TrimEnd('/');
                }
            }
        }
    }

    public Task<bool> RemoveAsync(string name, DateTimeOffset unlessSince, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        return CallAsync($"Removing {name}", async () =>
        {
            try
            {
                var conditions = new BlobRequestConditions { IfUnmodifiedSince = unlessSince };
                await container.GetBlobClient(name).DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions, cancellationToken);
                return true;
            }
            catch (RequestFailedException failed) when (failed.Status == 412 || failed.Is(BlobErrorCode.BlobNotFound))
            {
                return false;
            }
        }, cancellationToken);
    }

    public Task<bool> RenewAsync(string name, DateTimeOffset unlessSince, CancellationToken cancellationToken)
    {
        ArtifactNames.ThrowIfInvalid(name);
        return CallAsync($"Renewing {name}", async () =>
        {
            var blob = container.GetBlobClient(name);
            for (var looks = 1; ; looks++)
            {
                try
                {
                    BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
                    if (properties.LastModified <= unlessSince)
                    {
                        // The same labels, which the service takes for a change.
                        await blob.SetMetadataAsync(properties.Metadata, new BlobRequestConditions { IfMatch = properties.ETag }, cancellationToken);
                    }

                    return true;
                }
                catch (RequestFailedException failed) when (failed.Is(BlobErrorCode.BlobNotFound) || (failed.Status == 404 && string.IsNullOrEmpty(failed.ErrorCode)))
                {
                    return false;
                }
                catch (RequestFailedException failed) when (failed.Is(BlobErrorCode.ConditionNotMet) && looks < MaxLooks)
                {
                    // Somebody else renewed it, or took it away: look again. Other refusals (412 too, where the blob has a lease) stay what they are.
                }
            }
        }, cancellationToken);
    }

    private async Task<ArtifactInfo?> InfoAsync(string name, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(name);
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);

            // Something else may have put a file there; its hash is as good once it is computed.
            var sha256 = properties.Metadata.TryGetValue(Sha256Key, out var recorded) ? recorded : await ComputeSha256Async(blob, cancellationToken);
            return new ArtifactInfo(name, properties.ContentLength, properties.ContentType, sha256);
        }
        catch (RequestFailedException failed) when (failed.Is(BlobErrorCode.BlobNotFound) || (failed.Status == 404 && string.IsNullOrEmpty(failed.ErrorCode)))
        {
            return null;
        }
    }

    private async Task<(string Sha256, ETag Version)?> HashOrNullAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var download = await container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellationToken);
            await using var stream = download.Value.Content;
            return (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)), download.Value.Details.ETag);
        }
        catch (RequestFailedException failed) when (failed.Is(BlobErrorCode.BlobNotFound))
        {
            return null;
        }
    }

    private static async Task<string> ComputeSha256Async(BlobClient blob, CancellationToken cancellationToken)
    {
        var download = await blob.DownloadStreamingAsync(cancellationToken: cancellationToken);
        await using var stream = download.Value.Content;
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }

    private async Task<T> CallAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (BlobErrors.Translate(exception, container, what, cancellationToken) is { } translated)
        {
            throw translated;
        }
    }
}
