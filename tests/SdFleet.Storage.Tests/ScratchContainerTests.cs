using SdFleet.TestServers;

namespace SdFleet.Storage.Tests;

public sealed class ScratchContainerTests
{
    [Fact]
    public async Task Container_ReadsBlobsAsTheyLieThere_AndIsGoneAfterwards()
    {
        var name = (await AzuriteServer.GetAsync()).NameContainer();
        var options = new ArtifactStoreOptions { Kind = ArtifactStoreKind.AzureBlob, ConnectionString = name.ConnectionString, Container = name.Name };
        await using (var container = await ScratchContainer.CreateAsync(options, default))
        {
            // A digest beside it that is not its own: whoever reads artifacts would refuse it.
            var blob = name.Client.GetBlobClient("a/x.png");
            await blob.UploadAsync(BinaryData.FromString("changed"));
            await blob.SetMetadataAsync(new Dictionary<string, string> { ["sha256"] = new string('0', 64) });

            Assert.Equal(["a/x.png"], await container.ListAsync(default).ToListAsync());
            Assert.Equal("changed"u8.ToArray(), await container.ReadAsync("a/x.png", default));
            await Assert.ThrowsAsync<ArtifactStoreException>(() => container.ReadAsync("a/y.png", default));
            await Assert.ThrowsAsync<ArtifactStoreException>(() => ScratchContainer.CreateAsync(options, default));
        }

        Assert.False(await name.Client.ExistsAsync());
    }
}
