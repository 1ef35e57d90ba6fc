using System.Security.Cryptography;
using SdFleet.Diffusion.Pipelines;
using SdFleet.ShapesModel;
using SdFleet.Storage;
using SdFleet.Worker.Models;

namespace SdFleet.Worker.Tests;

public sealed class ModelFetcherTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-fetch-").FullName;
    private string _digest = "";

    private string Cache => Path.Combine(_folder, "cache");

    private string Store => Path.Combine(_folder, "store");

    public async Task InitializeAsync()
    {
        _digest = await ModelFingerprint.ComputeAsync(ShapesModelFolder.Path, default);
        var store = OpenStore();
        await store.PrepareAsync(default);
        foreach (var file in Directory.EnumerateFiles(ShapesModelFolder.Path, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            var name = "models/shapes/" + Path.GetRelativePath(ShapesModelFolder.Path, file).Replace('\\', '/');
            await store.PutAsync(name, bytes, "application/octet-stream", Convert.ToHexStringLower(SHA256.HashData(bytes)), null, default);
        }
    }

    [Fact]
    public async Task Fetch_SeveralAtOnce_LeaveOneWholeModelThatLoads()
    {
        var fetcher = new ModelFetcher(OpenStore(), TimeProvider.System);

        var fetched = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => fetcher.FetchAsync("models/shapes", _digest, Cache, default)));
        var again = await fetcher.FetchAsync("models/shapes", _digest, Cache, default);

        Assert.All(fetched, f => Assert.True(f.Bytes > 100_000));
        Assert.Equal((Path.Combine(Cache, _digest), 0), again);
        Assert.Equal([again.Folder], Directory.EnumerateFileSystemEntries(Cache));
        using var pipeline = StableDiffusionPipeline.Load(again.Folder);
        Assert.Equal(_digest, await pipeline.GetModelDigestAsync());
    }

    [Fact]
    public async Task Fetch_OneByteIsAnother_IsRefusedAndLeavesNothing()
    {
        var file = Directory.EnumerateFiles(Store, "vocab.json", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^2] ^= 1;
        File.Delete(file); // What a store has is not for writing.
        await File.WriteAllBytesAsync(file, bytes);

        var error = await Assert.ThrowsAsync<InvalidDataException>(
            () => new ModelFetcher(OpenStore(), TimeProvider.System).FetchAsync("models/shapes", _digest, Cache, default));

        Assert.Contains($"not {_digest}", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Cache));
    }

    [Fact]
    public async Task Fetch_WhatIsThereIsDamaged_IsFetchedAnew()
    {
        var fetcher = new ModelFetcher(OpenStore(), TimeProvider.System);
        var (folder, _) = await fetcher.FetchAsync("models/shapes", _digest, Cache, default);
        await File.Create(Directory.EnumerateFiles(folder, "vocab.json", SearchOption.AllDirectories).Single()).DisposeAsync();

        var again = await fetcher.FetchAsync("models/shapes", _digest, Cache, default);

        Assert.True(again.Bytes > 100_000);
        Assert.Equal(_digest, await ModelFingerprint.ComputeAsync(folder, default));
        Assert.Equal([folder], Directory.EnumerateFileSystemEntries(Cache));
    }

    // The model's digest says nothing about them, and they decide about pictures all the same.
    [Theory]
    [InlineData("model_index.json")]
    [InlineData("loras/hollow.safetensors")]
    public async Task Fetch_WhatTheDigestDoesNotCoverIsDamagedOrGone_IsFetchedAnew(string name)
    {
        byte[] lora = [1, 2, 3];
        await OpenStore().PutAsync("models/shapes/loras/hollow.safetensors", lora, "application/octet-stream", Convert.ToHexStringLower(SHA256.HashData(lora)), null, default);
        var fetcher = new ModelFetcher(OpenStore(), TimeProvider.System);
        var (folder, _) = await fetcher.FetchAsync("models/shapes", _digest, Cache, default);
        Assert.Equal(0, (await fetcher.FetchAsync("models/shapes", _digest, Cache, default)).Bytes);
        var file = Path.Combine(folder, name);
        var whole = await File.ReadAllBytesAsync(file);

        await File.WriteAllBytesAsync(file, new byte[whole.Length]);
        Assert.True((await fetcher.FetchAsync("models/shapes", _digest, Cache, default)).Bytes > 100_000);
        Assert.Equal(whole, await File.ReadAllBytesAsync(file));

        File.Delete(file);
        Assert.True((await fetcher.FetchAsync("models/shapes", _digest, Cache, default)).Bytes > 100_000);
        Assert.Equal(whole, await File.ReadAllBytesAsync(file));
    }

    // Workers of the earlier version may run with it: a LoRA that is written anew is another one to them.
    [Fact]
    public async Task Fetch_WhatAnEarlierVersionFetched_StaysAndIsComparedFromThenOn()
    {
        var fetcher = new ModelFetcher(OpenStore(), TimeProvider.System);
        var (folder, _) = await fetcher.FetchAsync("models/shapes", _digest, Cache, default);
        File.Delete(Path.Combine(folder, ".sdfleet-others"));
        var index = Path.Combine(folder, "model_index.json");
        File.SetLastWriteTimeUtc(index, DateTime.UnixEpoch);

        var again = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => fetcher.FetchAsync("models/shapes", _digest, Cache, default)));

        Assert.All(again, a => Assert.Equal((folder, 0), a));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(index));
        Assert.Equal([folder], Directory.EnumerateFileSystemEntries(Cache));
        await File.WriteAllBytesAsync(index, new byte[5]);
        Assert.True((await fetcher.FetchAsync("models/shapes", _digest, Cache, default)).Bytes > 100_000);
    }

    [Fact]
    public async Task Command_FetchesWhatIsConfigured_AndNamesWhatIsNot()
    {
        string[] store = ["--SdFleet:ModelSource:Store:Path", Store, "--SdFleet:ModelSource:Folder", Cache];

        var right = await FetchModelCommand.RunAsync([.. store, "--SdFleet:ModelSource:Prefix", "models/shapes", "--SdFleet:ModelSource:Digest", _digest]);
        var wrong = await FetchModelCommand.RunAsync([.. store, "--SdFleet:ModelSource:Prefix", "../etc", "--SdFleet:ModelSource:Digest", "abc"]);
        var absent = await FetchModelCommand.RunAsync([.. store, "--SdFleet:ModelSource:Prefix", "models/none", "--SdFleet:ModelSource:Digest", new string('0', 64)]);

        Assert.Equal((0, 1, 1), (right, wrong, absent));
        Assert.True(File.Exists(Path.Combine(Cache, _digest, "model_index.json")));
    }

    [Fact]
    public async Task Worker_ModelOfAnotherDigest_DoesNotStart()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => WorkerFixture.StartAsync(("SdFleet:Worker:ModelDigest", new string('0', 64))));

        Assert.Contains(_digest, error.Message, StringComparison.Ordinal);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    private IArtifactStore OpenStore() => ArtifactStores.Open(new ArtifactStoreOptions { Kind = ArtifactStoreKind.Folder, Path = Store });
}
