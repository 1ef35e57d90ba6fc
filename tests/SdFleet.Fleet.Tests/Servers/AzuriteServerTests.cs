using Azure;
using Azure.Storage.Blobs.Models;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Servers;

public sealed class AzuriteServerTests
{
    [Fact]
    public async Task Container_KeepsABlobAndRefusesASecond()
    {
        var server = await AzuriteServer.GetAsync();
        await using var container = await server.CreateContainerAsync();
        var blob = container.Client.GetBlobClient("batch/image-0.png");
        var once = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };

        await blob.UploadAsync(BinaryData.FromString("pixels"), once);
        var second = await Assert.ThrowsAsync<RequestFailedException>(() => blob.UploadAsync(BinaryData.FromString("other"), once));

        Assert.Equal(409, second.Status);
        Assert.Equal("pixels", (await blob.DownloadContentAsync()).Value.Content.ToString());
    }

    [Fact]
    public async Task Container_WhenDisposed_IsGone()
    {
        var server = await AzuriteServer.GetAsync();
        var container = await server.CreateContainerAsync();

        await container.DisposeAsync();

        Assert.False(await container.Client.ExistsAsync());
    }

    [Fact]
    public async Task Private_Restarted_HasItsPortAndItsBlobs()
    {
        await using var server = await AzuriteServer.StartPrivateAsync();
        await using var container = await server.CreateContainerAsync();
        await container.Client.UploadBlobAsync("image-0.png", BinaryData.FromString("pixels"));

        await server.RestartAsync();

        Assert.True(await container.Client.GetBlobClient("image-0.png").ExistsAsync());
    }

    [Fact]
    public async Task Private_WhenDisposed_LeavesNoProcess()
    {
        var server = await AzuriteServer.StartPrivateAsync();
        var processes = server.ProcessIds;

        await server.DisposeAsync();

        LiveProcess.AssertNone(processes);
    }
}
