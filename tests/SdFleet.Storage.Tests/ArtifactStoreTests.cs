using System.Security.Cryptography;

namespace SdFleet.Storage.Tests;

/// <summary>What every artifact store promises.</summary>
public abstract class ArtifactStoreTests : IAsyncLifetime
{
    private protected IArtifactStore Store { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Store = ArtifactStores.Open(await OptionsAsync());
        await Store.PrepareAsync(default);
    }

    public abstract Task DisposeAsync();

    [Fact]
    public async Task Put_NewName_IsReadBack()
    {
        var content = Bytes(70_000);

        Assert.Equal(new PutResult(true, Hash(content), 70_000), await PutAsync("2026-01-31/job-0.png", content));

        Assert.Equal(new ArtifactInfo("2026-01-31/job-0.png", 70_000, "image/png", Hash(content)), await Store.FindAsync("2026-01-31/job-0.png", default));
        Assert.Equal(content, await ReadAsync("2026-01-31/job-0.png"));
        await using var opened = await Store.OpenReadAsync("2026-01-31/job-0.png", default);
        Assert.Equal((70_000L, "image/png"), (opened!.Length, opened.ContentType));
    }

    [Fact]
    public async Task Put_TakenName_ChangesNothingAndTellsWhatIsThere()
    {
        var first = Bytes(1000);
        await PutAsync("a/x.png", first);

        Assert.Equal(new PutResult(false, Hash(first), 1000), await PutAsync("a/x.png", Bytes(2000, seed: 2)));
        Assert.Equal(new PutResult(false, Hash(first), 1000), await PutAsync("a/x.png", first));

        Assert.Equal(first, await ReadAsync("a/x.png"));
    }

    [Fact]
    public async Task Put_BySixteenWritersAtOnce_IsCreatedOnce()
    {
        var contents = Enumerable.Range(0, 16).Select(i => Bytes(50_000 + i, seed: i)).ToList();

        var results = await Task.WhenAll(contents.Select(c => Task.Run(() => PutAsync("race/x.png", c))));

        var winner = Assert.Single(results, r => r.Created);
        Assert.All(results, r => Assert.Equal((winner.Sha256, winner.Length), (r.Sha256, r.Length)));
        Assert.Equal(winner.Sha256, Hash(await ReadAsync("race/x.png")));
    }

    [Fact]
    public async Task Put_WhileOthersRead_ShowsAllOrNothing()
    {
        var content = Bytes(2_000_000);
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await using var opened = await Store.OpenReadAsync("half/x.png", default);
                if (opened is not null)
                {
                    Assert.Equal(content.Length, opened.Length);
                    return;
                }

                await Task.Delay(1);
            }
        })).ToList();

        await PutAsync("half/x.png", content);
        stop.CancelAfter(TimeSpan.FromSeconds(5));
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task Put_BigContent_IsReadBack()
    {
        var content = Bytes(5_000_000);

        Assert.True((await PutAsync("big.bin", content)).Created);

        Assert.Equal(Hash(content), Hash(await ReadAsync("big.bin")));
    }

    [Fact]
    public async Task RemoveDamaged_OfTheBytesThatWereFound_MakesRoomForTheRightOnes()
    {
        var (damaged, right) = (Bytes(500), Bytes(1000, seed: 2));
        await PutAsync("a/x.png", damaged);
        var found = await Store.HashAsync("a/x.png", default);

        Assert.Equal(Hash(damaged), found);
        Assert.True(await Store.RemoveDamagedAsync("a/x.png", found!, default));

        Assert.Null(await Store.HashAsync("a/x.png", default));
        Assert.False(await Store.RemoveDamagedAsync("a/x.png", found!, default));
        Assert.True((await PutAsync("a/x.png", right)).Created);
        Assert.Equal(right, await ReadAsync("a/x.png"));
    }

    [Fact]
    public async Task RemoveDamaged_OfOtherBytes_LeavesThem()
    {
        var right = Bytes(1000);
        await PutAsync("a/x.png", right);

        Assert.False(await Store.RemoveDamagedAsync("a/x.png", Hash(Bytes(500, seed: 2)), default));

        Assert.Equal(right, await ReadAsync("a/x.png"));
    }

    [Fact]
    public async Task RemoveDamaged_ByManyWhoThenPutTheRightOne_LeavesTheRightOne()
    {
        var (damaged, right) = (Bytes(500), Bytes(1000, seed: 2));
        await PutAsync("race/x.png", damaged);

        var removed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var mine = await Store.RemoveDamagedAsync("race/x.png", Hash(damaged), default);
            if (mine)
            {
                Assert.True((await PutAsync("race/x.png", right)).Created);
            }

            return mine;
        })));

        Assert.Single(removed, mine => mine);
        Assert.Equal(right, await ReadAsync("race/x.png"));
        Assert.Equal("race/x.png", Assert.Single(await ListAsync("race/")).Name);
    }

    [Fact]
    public async Task Put_NoContent_IsAnArtifactToo()
    {
        Assert.True((await PutAsync("empty.txt", [])).Created);
        Assert.False((await PutAsync("empty.txt", [])).Created);

        Assert.Empty(await ReadAsync("empty.txt"));
    }

    [Fact]
    public async Task Put_Cancelled_LeavesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PutAsync("gone.png", Bytes(100_000), cancelled.Token));

        Assert.Null(await Store.FindAsync("gone.png", default));
        Assert.Empty(await ListAsync(""));
        Assert.True((await PutAsync("gone.png", Bytes(10))).Created);
    }

    [Fact]
    public async Task Put_CancelledAtAnyMoment_LeavesAllOrNothing()
    {
        var content = Bytes(1_000_000);
        for (var i = 0; i < 20; i++)
        {
            using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(i));
            var name = $"moment/{i}.png";
            try
            {
                await PutAsync(name, content, cancelled.Token);
            }
            catch (OperationCanceledException)
            {
                // Either end of it is fine.
            }

            if (await Store.FindAsync(name, default) is { } found)
            {
                Assert.Equal(Hash(content), found.Sha256);
                Assert.Equal(content, await ReadAsync(name));
            }
        }
    }

    [Fact]
    public async Task Find_UnknownName_IsNull()
    {
        await PutAsync("a/x.png", Bytes(10));

        Assert.Null(await Store.FindAsync("a/y.png", default));
        Assert.Null(await Store.FindAsync("a", default));
        Assert.Null(await Store.FindAsync("b/x.png", default));
        Assert.Null(await Store.OpenReadAsync("a/y.png", default));
        Assert.Null(await Store.OpenReadAsync("a", default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("../x.png")]
    [InlineData("a/../../x.png")]
    [InlineData("a//x.png")]
    [InlineData("a/")]
    [InlineData("./x.png")]
    [InlineData("a\\..\\x.png")]
    [InlineData("C:x.png")]
    [InlineData(".hidden")]
    [InlineData(".incoming/x")]
    [InlineData("a/x.png.")]
    [InlineData("a b.png")]
    [InlineData("a%2e%2e/x.png")]
    [InlineData("x.png\0")]
    [InlineData("x\n.png")]
    [InlineData("ä.png")]
    [InlineData("x?y.png")]
    [InlineData("~/x.png")]
    public async Task AnyCall_WithAHostileName_IsRefused(string name)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => PutAsync(name, Bytes(10)));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.OpenReadAsync(name, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.FindAsync(name, default));
    }

    [Fact]
    public async Task AnyCall_WithATooLongName_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => PutAsync(new string('a', 201), Bytes(10)));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => PutAsync(string.Join('/', Enumerable.Repeat("abcdefg", 65)), Bytes(10)));

        Assert.True((await PutAsync(string.Join('/', Enumerable.Repeat("abcdefg", 64)), Bytes(10))).Created);
    }

    [Theory]
    [InlineData("ABCDEF")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Put_WithSomethingElseThanASha256_IsRefused(string sha256) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync("x.png", Bytes(10), "image/png", sha256, null, default));

    [Fact]
    public async Task List_ByPrefix_IsInOrdinalOrderOfNames()
    {
        string[] names = ["a.png", "a-b.png", "a/x.png", "a/b/y.png", "a/b.png", "ab/x.png", "A/x.png", "b/1.png", "b/10.png", "b/2.png"];
        foreach (var name in names)
        {
            await PutAsync(name, Bytes(name.Length));
        }

        var expected = names.Order(StringComparer.Ordinal).ToList();
        foreach (var prefix in new[] { "", "a", "a/", "a/b", "b/1", "b/", "nothing/", "zz" })
        {
            var listed = await ListAsync(prefix);
            Assert.Equal(expected.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)), listed.Select(e => e.Name));
            Assert.All(listed, e => Assert.Equal(e.Name.Length, e.Length));
        }
    }

    [Fact]
    public async Task List_WhileOthersRemove_GoesOnWithoutWhatIsGone()
    {
        foreach (var name in new[] { "a/1.png", "a/2.png", "a/3.png", "b/1.png" })
        {
            await PutAsync(name, Bytes(10));
        }

        var listed = new List<string>();
        await foreach (var entry in Store.ListAsync("", default))
        {
            listed.Add(entry.Name);
            await Store.RemoveAsync("a/2.png", DateTimeOffset.MaxValue, default);
        }

        // A listing that came in one piece may have it still.
        Assert.Equal(["a/1.png", "a/3.png", "b/1.png"], listed.Where(n => n != "a/2.png"));
    }

    [Fact]
    public async Task ListFolders_GivesEachNameBelowOnce()
    {
        foreach (var name in new[] { "batches/b/x.png", "batches/a/images/1.png", "batches/a/images/2.png", "batches/c.png", "other/d/x.png" })
        {
            await PutAsync(name, Bytes(10));
        }

        Assert.Equal(["a", "b"], await FoldersAsync("batches"));
        Assert.Equal(["images"], await FoldersAsync("batches/a"));
        Assert.Empty(await FoldersAsync("nothing"));
    }

    [Fact]
    public async Task Remove_OfWhatIsNotNewer_TakesItAway()
    {
        await PutAsync("a/x.png", Bytes(10));
        var stored = Assert.Single(await ListAsync("a/")).ModifiedAt;

        Assert.InRange(stored, TimeProvider.System.GetUtcNow().AddMinutes(-2), TimeProvider.System.GetUtcNow().AddMinutes(2));
        Assert.False(await Store.RemoveAsync("a/x.png", stored.AddHours(-1), default));
        Assert.False(await Store.RemoveAsync("a/y.png", stored.AddHours(1), default));
        Assert.Single(await ListAsync(""));
        Assert.True(await Store.RemoveAsync("a/x.png", stored, default));
        Assert.Empty(await ListAsync(""));
        Assert.True((await PutAsync("a/x.png", Bytes(10))).Created);
    }

    [Fact]
    public async Task Renew_OfWhatIsOld_KeepsItFromBeingRemoved()
    {
        var content = Bytes(10);
        await PutAsync("a/x.png", content);
        var stored = Assert.Single(await ListAsync("a/")).ModifiedAt;

        // A service of blobs counts in seconds.
        await Task.Delay(1100);
        Assert.True(await Store.RenewAsync("a/x.png", stored.AddHours(-1), default));
        Assert.Equal(stored, Assert.Single(await ListAsync("a/")).ModifiedAt);
        Assert.True(await Store.RenewAsync("a/x.png", stored, default));

        var renewed = Assert.Single(await ListAsync("a/"));
        Assert.True(renewed.ModifiedAt > stored, $"{renewed.ModifiedAt:O} is not after {stored:O}");
        Assert.False(await Store.RemoveAsync("a/x.png", stored, default));
        var found = (await Store.FindAsync("a/x.png", default))!;
        Assert.Equal((content.Length, Hash(content)), ((int)found.Length, found.Sha256));
        Assert.False(await Store.RenewAsync("a/y.png", stored, default));
        Assert.True(await Store.RemoveAsync("a/x.png", renewed.ModifiedAt, default));
        Assert.False(await Store.RenewAsync("a/x.png", DateTimeOffset.MaxValue, default));
    }

    // Of those that renew and those that remove at once: whoever was told that it is renewed finds it.
    [Fact]
    public async Task Renew_WhileOthersRemoveIt_IsTrueOnlyWhereItStays()
    {
        for (var round = 0; round < 4; round++)
        {
            await PutAsync("a/x.png", Bytes(10));
            var stored = Assert.Single(await ListAsync("a/")).ModifiedAt;
            await Task.Delay(1100);

            var renewing = Task.Run(() => Store.RenewAsync("a/x.png", stored, default));
            var removing = Task.Run(() => Store.RemoveAsync("a/x.png", stored, default));
            var (renewed, removed) = (await renewing, await removing);

            Assert.False(renewed && removed);
            Assert.Equal(!removed, await Store.FindAsync("a/x.png", default) is not null);
            await Store.RemoveAsync("a/x.png", DateTimeOffset.MaxValue, default);
        }
    }

    [Theory]
    [InlineData("../")]
    [InlineData("/")]
    [InlineData("a/../")]
    [InlineData(".incoming/")]
    public async Task List_HostilePrefix_IsRefused(string prefix) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => ListAsync(prefix));

    [Fact]
    public async Task PrepareAndPing_Again_Work()
    {
        await PutAsync("a/x.png", Bytes(10));

        await Store.PrepareAsync(default);
        await Store.PingAsync(default);

        Assert.Single(await ListAsync(""));
    }

    private protected abstract Task<ArtifactStoreOptions> OptionsAsync();

    private protected static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private protected Task<PutResult> PutAsync(string name, byte[] content, CancellationToken cancellationToken = default) =>
        Store.PutAsync(
            name, content, "image/png", Hash(content), new Dictionary<string, string> { ["job"] = "0f8fad5b" }, cancellationToken);

    private async Task<List<string>> FoldersAsync(string folder)
    {
        var folders = new List<string>();
        await foreach (var found in Store.ListFoldersAsync(folder, default))
        {
            folders.Add(found);
        }

        return folders;
    }

    private protected async Task<byte[]> ReadAsync(string name)
    {
        await using var opened = await Store.OpenReadAsync(name, default);
        using var copy = new MemoryStream();
        await opened!.Stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private protected async Task<List<ArtifactEntry>> ListAsync(string prefix)
    {
        var entries = new List<ArtifactEntry>();
        await foreach (var entry in Store.ListAsync(prefix, default))
        {
            entries.Add(entry);
        }

        return entries;
    }
}
