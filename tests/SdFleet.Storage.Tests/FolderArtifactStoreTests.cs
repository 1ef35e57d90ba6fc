using SdFleet.Storage.Folders;

namespace SdFleet.Storage.Tests;

public sealed class FolderArtifactStoreTests : ArtifactStoreTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-artifacts-").FullName;

    private string Root => Path.Combine(_folder, "root");

    private string Incoming => Path.Combine(Root, FolderArtifactStore.IncomingFolder);

    public override Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Put_WhateverComesOfIt_LeavesNothingIncoming()
    {
        await PutAsync("a/x.png", Bytes(1000));
        await PutAsync("a/x.png", Bytes(1000));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PutAsync("b/x.png", Bytes(1000), cancelled.Token));
        await Assert.ThrowsAsync<ArtifactStoreException>(() => PutAsync("a/x.png/y.png", Bytes(1000)));

        Assert.Empty(Directory.GetFiles(Incoming));
    }

    [Fact]
    public async Task Prepare_AfterACrash_RemovesWhatIsOldAndHidesTheRest()
    {
        var old = Path.Combine(Incoming, "old");
        var young = Path.Combine(Incoming, "young");
        await File.WriteAllBytesAsync(old, Bytes(100));
        await File.WriteAllBytesAsync(young, Bytes(100));
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));
        await PutAsync("x.png", Bytes(10));

        await Store.PrepareAsync(default);

        Assert.Equal([young], Directory.GetFiles(Incoming));
        Assert.Equal("x.png", Assert.Single(await ListAsync("")).Name);
    }

    [Fact]
    public async Task Put_NameInTheWayOfAFolder_SaysWhatAndWhere()
    {
        await PutAsync("a", Bytes(10));

        var failed = await Assert.ThrowsAsync<ArtifactStoreException>(() => PutAsync("a/x.png", Bytes(10)));

        Assert.StartsWith($"Storing a/x.png in folder {Root} failed:", failed.Message, StringComparison.Ordinal);
    }

    // The kernel finds a file first and sets its time afterwards: it may be taken away, looked at and deleted in between.
    [Fact]
    public async Task Renew_AtTheMomentOfARemoval_IsNeverTrueOfWhatIsGone()
    {
        await PutAsync("a/x.png", Bytes(10));
        var (path, before) = (Path.Combine(Root, "a", "x.png"), DateTimeOffset.UtcNow.AddDays(-1));
        var (kept, gone) = (0, 0);
        using var both = new Barrier(2);
        for (var round = 0; round < 3000; round++)
        {
            await File.WriteAllBytesAsync(path, Bytes(10));
            File.SetLastWriteTimeUtc(path, before.UtcDateTime.AddDays(-1));

            var removing = Task.Run(() =>
            {
                both.SignalAndWait();
                return Store.RemoveAsync("a/x.png", before, default);
            });
            both.SignalAndWait();
            var renewed = await Store.RenewAsync("a/x.png", before, default);
            var removed = await removing;

            Assert.False(renewed && removed, $"round {round}");
            Assert.Equal(!removed, File.Exists(path));
            _ = renewed ? kept++ : gone++;
        }

        Assert.True(kept > 0 && gone > 0, $"{kept} kept, {gone} gone: the two never met");
    }

    [Fact]
    public async Task Ping_FolderThatIsGone_SaysWhatToDo()
    {
        Directory.Delete(Root, recursive: true);

        var failed = await Assert.ThrowsAsync<ArtifactStoreException>(() => Store.PingAsync(default));

        Assert.True(failed.IsTransient);
        Assert.Contains(Root, failed.Message, StringComparison.Ordinal);
        Assert.Contains("start the service again", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ping_LeavesNothing()
    {
        await Store.PingAsync(default);

        Assert.Empty(Directory.GetFiles(Incoming));
    }

    private protected override Task<ArtifactStoreOptions> OptionsAsync() =>
        Task.FromResult(new ArtifactStoreOptions { Kind = ArtifactStoreKind.Folder, Path = Root });
}
