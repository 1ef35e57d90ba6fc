using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace SdFleet.Storage.Tests;

public sealed class AzureBlobsPackageTests
{
    [Fact]
    public async Task UploadAsync_ServerAbsent_FailsToConnectAndNotToLoad()
    {
        // An upload is what loads the checksum types: they come from elsewhere on a feed with gaps.
        var options = new BlobClientOptions { Retry = { MaxRetries = 0 } };
        var blob = new BlockBlobClient(new Uri("http://127.0.0.1:1/account/container/blob"), options);

        using var content = new MemoryStream([1, 2, 3]);
        await Assert.ThrowsAsync<Azure.RequestFailedException>(() => blob.UploadAsync(content));
    }
}
