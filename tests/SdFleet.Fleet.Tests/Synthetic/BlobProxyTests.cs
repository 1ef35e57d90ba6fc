using System.Security.Cryptography;
using SdFleet.Cli.Chaos.Servers;
using SdFleet.Storage;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>The proxy that the fault suite puts before a blob service, and what the artifact store makes of its faults; on a real service.</summary>
public sealed class BlobProxyTests : IAsyncLifetime
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];
    private static readonly string Digest = Convert.ToHexStringLower(SHA256.HashData(Content));

    private AzuriteContainer _container = null!;
    private BlobProxy _proxy = null!;
    private IArtifactStore _store = null!;

    public async Task InitializeAsync()
    {
        _container = await (await AzuriteServer.GetAsync()).CreateContainerAsync();
        var address = BlobAddress.Parse(_container.ConnectionString);
        _proxy = await BlobProxy.StartAsync(address.Endpoint, FreePort.Next(), default);
        _store = ArtifactStores.Open(address.Options(_container.Name, _proxy.Port));
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _container.DisposeAsync();
    }

    [Fact]
    public async Task NoFault_PassesEverythingOn()
    {
        await _store.PrepareAsync(default);
        Assert.Equal(new PutResult(true, Digest, Content.Length), await PutAsync("a/x-y.png"));
        Assert.Equal(new PutResult(false, Digest, Content.Length), await PutAsync("a/x-y.png"));

        Assert.Equal(["a/x-y.png"], await _store.ListAsync("a/", default).Select(e => e.Name).ToListAsync());
        await using var opened = await _store.OpenReadAsync("a/x-y.png", default);
        using var read = new MemoryStream();
        await opened!.Stream.CopyToAsync(read);
        Assert.Equal(Content, read.ToArray());
        Assert.Null(await _store.FindAsync("a/z.png", default));
        Assert.Equal(0, _proxy.Harmed);
    }

    [Theory]
    [InlineData(nameof(BlobFault.Errors))]
    [InlineData(nameof(BlobFault.AnswersLost))]
    [InlineData(nameof(BlobFault.Hang))]
    [InlineData(nameof(BlobFault.Away))]
    public async Task Fault_WhileAPictureIsStored_IsOvercomeOnceItIsOver(string fault)
    {
        await _store.PingAsync(default);
        _proxy.Begin(Enum.Parse<BlobFault>(fault));
        var put = PutAsync("a/x.png");
        while (_proxy.Harmed == 0)
        {
            await Task.Delay(10);
        }

        Assert.False(put.IsCompleted);
        _proxy.End();

        Assert.Equal(Digest, (await put).Sha256);
        Assert.Equal(Content, (await _container.Client.GetBlobClient("a/x.png").DownloadContentAsync()).Value.Content.ToArray());
    }

    private Task<PutResult> PutAsync(string name) => _store.PutAsync(name, Content, "image/png", Digest, metadata: null, default);
}
