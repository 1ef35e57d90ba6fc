using Azure.Storage.Blobs;

namespace SdFleet.TestServers;

/// <summary>One test's own blob container.</summary>
public sealed record AzuriteContainer(string Name, string ConnectionString, BlobContainerClient Client) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Client.DeleteIfExistsAsync();
}
