using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using SdFleet.Storage.Blobs;
using SdFleet.Storage.Folders;

namespace SdFleet.Storage.Trees;

/// <summary>
/// Files on their way into a container: blocks under ids that no other writer has. Committing makes a blob of them at once, and drops all
/// other blocks of its name, so that whoever began before somebody else published cannot publish any more.
/// </summary>
internal sealed class BlobStage(BlobContainerClient container, Func<string, string> nameOf) : IFileTreeStage
{
    private readonly List<(string Path, BlockBlobClient Blob, BlockStream Stream)> _files = [];

    public Task<Stream> CreateAsync(string path, CancellationToken cancellationToken)
    {
        var blob = container.GetBlockBlobClient(nameOf(path));
        var stream = new BlockStream(blob, container, path, cancellationToken);
        _files.Add((path, blob, stream));
        return Task.FromResult<Stream>(stream);
    }

    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, blob, stream) in _files)
        {
            var options = new CommitBlockListOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = ContentTypes.OfFile(path) },
                Metadata = new Dictionary<string, string> { [AzureBlobArtifactStore.Sha256Key] = stream.Sha256 },
            };
            try
            {
                await CommitAsync(path, blob, stream, options, cancellationToken);
            }
            catch (Exception e) when (BlobErrors.Translate(e, container, $"Publishing {path}", cancellationToken) is { } translated)
            {
                throw translated;
            }
        }
    }

    // Blocks that nobody commits go by themselves.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task CommitAsync(
        string path, BlockBlobClient blob, BlockStream stream, CommitBlockListOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await blob.CommitBlockListAsync(stream.Blocks, options, cancellationToken);
        }
        catch (RequestFailedException failed) when (failed.Is(BlobErrorCode.InvalidBlockList))
        {
            BlobProperties there = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            if (there.ContentLength != stream.Written || !there.Metadata.TryGetValue(AzureBlobArtifactStore.Sha256Key, out var sha256) || sha256 != stream.Sha256)
            {
                throw new ArtifactStoreException($"{path} was published by somebody else while it was written here. Let one at a time work there.", isTransient: true, failed);
            }

            // Somebody else has published the same.
        }
    }
}
