using SdFleet.TestServers;

namespace SdFleet.Storage.Tests;

public sealed class AzureBlobArtifactStoreTests : ArtifactStoreTests
{
    private AzuriteContainer _container = null!;

    public override async Task InitializeAsync()
    {
        _container = (await AzuriteServer.GetAsync()).NameContainer();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync() => await _container.DisposeAsync();

    [Fact]
    public async Task Put_Blob_CarriesItsHashAndLabels()
    {
        var content = Bytes(1000);
        await PutAsync("a/x.png", content);

        var properties = (await _container.Client.GetBlobClient("a/x.png").GetPropertiesAsync()).Value;

        Assert.Equal("image/png", properties.ContentType);
        Assert.Equal(Hash(content), properties.Metadata["sha256"]);
        Assert.Equal("0f8fad5b", properties.Metadata["job"]);
    }

    [Fact]
    public async Task Put_BlobOfSomebodyElse_IsHashedFromItsContent()
    {
        var content = Bytes(1000);
        await _container.Client.UploadBlobAsync("a/x.png", BinaryData.FromBytes(content));

        Assert.Equal(new PutResult(false, Hash(content), 1000), await PutAsync("a/x.png", Bytes(10)));
        Assert.Equal(Hash(content), (await Store.FindAsync("a/x.png", default))!.Sha256);
    }

    [Fact]
    public async Task OpenRead_BlobThatWasChanged_ThrowsAtItsEnd()
    {
        await PutAsync("a/x.png", Bytes(1000));
        var metadata = new Dictionary<string, string> { ["sha256"] = new string('0', 64) };
        await _container.Client.GetBlobClient("a/x.png").SetMetadataAsync(metadata);

        var damaged = await Assert.ThrowsAsync<ArtifactStoreException>(() => ReadAsync("a/x.png"));

        Assert.False(damaged.IsTransient);
        Assert.True(damaged.IsDamage);
        Assert.True((await Assert.ThrowsAsync<ArtifactStoreException>(() => ArtifactReads.ReadAsync(Store, "a/x.png", default))).IsDamage);
        Assert.StartsWith("a/x.png is damaged", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hash_OfABlobThatWasChanged_IsOfTheBytesAndNotWhatIsRecorded()
    {
        var content = Bytes(1000);
        await PutAsync("a/x.png", content);
        var metadata = new Dictionary<string, string> { ["sha256"] = new string('0', 64) };
        await _container.Client.GetBlobClient("a/x.png").SetMetadataAsync(metadata);

        Assert.Equal(Hash(content), await Store.HashAsync("a/x.png", default));
        Assert.False(await Store.RemoveDamagedAsync("a/x.png", new string('0', 64), default));
        Assert.True(await Store.RemoveDamagedAsync("a/x.png", Hash(content), default));
    }

    [Fact]
    public async Task AnyCall_WithoutTheContainer_SaysWhatToDo()
    {
        await _container.Client.DeleteAsync();

        var failures = new[]
        {
            await Assert.ThrowsAsync<ArtifactStoreException>(() => PutAsync("x.png", Bytes(10))),
            await Assert.ThrowsAsync<ArtifactStoreException>(() => Store.OpenReadAsync("x.png", default)),
            await Assert.ThrowsAsync<ArtifactStoreException>(() => Store.PingAsync(default)),
            await Assert.ThrowsAsync<ArtifactStoreException>(() => ListAsync("")),
        };

        Assert.All(failures, f => Assert.False(f.IsTransient));
        Assert.All(failures, f => Assert.Contains("404 ContainerNotFound. Make the container", f.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnyCall_WithAWrongKey_SaysWhatToDoAndNotTheKey()
    {
        var key = Convert.ToBase64String(new byte[64]);
        var connectionString = System.Text.RegularExpressions.Regex.Replace(_container.ConnectionString, "AccountKey=[^;]*", $"AccountKey={key}");
        if (!connectionString.Contains(key, StringComparison.Ordinal))
        {
            connectionString = $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={key};BlobEndpoint={_container.Client.Uri.GetLeftPart(UriPartial.Authority)}/devstoreaccount1;";
        }

        var store = ArtifactStores.Open(new ArtifactStoreOptions
        {
            Kind = ArtifactStoreKind.AzureBlob,
            ConnectionString = connectionString,
            Container = _container.Name,
        });

        var failed = await Assert.ThrowsAsync<ArtifactStoreException>(() => store.PingAsync(default));

        Assert.False(failed.IsTransient);
        Assert.Contains("403", failed.Message, StringComparison.Ordinal);
        Assert.Contains("Check the key", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, failed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyCall_ServiceThatIsNotThere_EndsWithTheCallersToken()
    {
        var store = ArtifactStores.Open(new ArtifactStoreOptions
        {
            Kind = ArtifactStoreKind.AzureBlob,
            ServiceUri = "http://127.0.0.1:1/devstoreaccount1?sig=secret",
            Container = _container.Name,
        });
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PingAsync(soon.Token));
    }

    private protected override Task<ArtifactStoreOptions> OptionsAsync() => Task.FromResult(new ArtifactStoreOptions
    {
        Kind = ArtifactStoreKind.AzureBlob,
        ConnectionString = _container.ConnectionString,
        Container = _container.Name,
    });
}
