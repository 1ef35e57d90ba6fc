using Azure.Storage.Blobs.Specialized;
using SdFleet.TestServers;

namespace SdFleet.Storage.Tests.Trees;

public sealed class BlobTreeTests : FileTreeTests
{
    private const string Prefix = "sets/one";

    private AzuriteContainer _container = null!;

    [Fact]
    public async Task Publish_OfABlob_CarriesItsDigestAndType()
    {
        await Tree.WriteAsync("shard-000000.tar", Bytes(100), default);

        var properties = (await _container.Client.GetBlobClient($"{Prefix}/shard-000000.tar").GetPropertiesAsync()).Value;

        Assert.Equal((Hash(Bytes(100)), "application/x-tar"), (properties.Metadata["sha256"], properties.ContentType));
    }

    // A host that hangs, and goes on when another has done its work.
    [Fact]
    public async Task Publish_OfWhatWasBegunBeforeSomebodyElsePublished_IsRefused()
    {
        await using var slow = Tree.Stage();
        await AddAsync(slow, "shard-000000.tar", Bytes(1000, seed: 1));
        await Tree.WriteAsync("shard-000000.tar", Bytes(2000, seed: 2), default);

        var refused = await Assert.ThrowsAsync<ArtifactStoreException>(() => slow.PublishAsync(default));

        Assert.True(refused.IsTransient);
        Assert.Contains("shard-000000.tar was published by somebody else", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Bytes(2000, seed: 2), await Tree.ReadAsync("shard-000000.tar", default));
    }

    [Fact]
    public async Task Publish_OfTheSameThatSomebodyElsePublished_IsDone()
    {
        await using var slow = Tree.Stage();
        await AddAsync(slow, "shard-000000.tar", Bytes(1000));
        await Tree.WriteAsync("shard-000000.tar", Bytes(1000), default);

        await slow.PublishAsync(default);

        Assert.Equal(Bytes(1000), await Tree.ReadAsync("shard-000000.tar", default));
    }

    [Fact]
    public async Task Lock_TakenAwayFromItsHolder_TellsIt()
    {
        await using var held = await Tree.TryLockAsync(TimeSpan.Zero, default);

        await _container.Client.GetBlobClient($"{Prefix}/export.lock").GetBlobLeaseClient().BreakAsync(TimeSpan.Zero);
        await using var other = await Tree.TryLockAsync(TimeSpan.Zero, default);

        Assert.NotNull(other);
        await Task.Delay(TimeSpan.FromMinutes(2), held!.Lost).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.True(held.Lost.IsCancellationRequested);
        Assert.False(other.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Tree_SeesNothingBesideItsPrefix()
    {
        await _container.Client.UploadBlobAsync("sets/one-more.txt", BinaryData.FromString("x"));
        await _container.Client.UploadBlobAsync("sets/two/a.txt", BinaryData.FromString("x"));
        await Tree.WriteAsync("a.txt", "a", default);

        Assert.Equal(["a.txt"], await ListAsync(""));
    }

    [Theory]
    [InlineData("azure://")]
    [InlineData("azure://Upper/x")]
    [InlineData("azure://container/../x")]
    [InlineData("azure://container//x")]
    public void Open_OfNoPlace_SaysWhatOneLooksLike(string address)
    {
        var refused = Assert.Throws<ArtifactStoreException>(() => FileTrees.Open(address, new ArtifactStoreOptions { ConnectionString = _container.ConnectionString }));

        Assert.Contains("azure://container/folder/name", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithoutAnAccount_SaysWhereToNameIt()
    {
        var refused = Assert.Throws<ArtifactStoreException>(() => FileTrees.Open("azure://container/x", new ArtifactStoreOptions()));

        Assert.Contains("SdFleet__Artifacts__ConnectionString", refused.Message, StringComparison.Ordinal);
        Assert.Equal("azure://container/x", FileTrees.Open("azure://container/x/", new ArtifactStoreOptions { ConnectionString = _container.ConnectionString }).Place);
    }

    public override async Task DisposeAsync() => await _container.DisposeAsync();

    private protected override async Task<IFileTree> OpenAsync()
    {
        _container = (await AzuriteServer.GetAsync()).NameContainer();
        return FileTrees.Open($"azure://{_container.Name}/{Prefix}", new ArtifactStoreOptions { ConnectionString = _container.ConnectionString });
    }
}
