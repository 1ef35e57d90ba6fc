using System.Security.Cryptography;

namespace SdFleet.Storage.Tests.Trees;

/// <summary>What every file tree promises.</summary>
public abstract class FileTreeTests : IAsyncLifetime
{
    private protected IFileTree Tree { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Tree = await OpenAsync();
        await Tree.PrepareAsync(default);
    }

    public abstract Task DisposeAsync();

    [Fact]
    public async Task Publish_PutsFilesInTheirPlaces_AndNobodySeesThemBefore()
    {
        await using (var stage = Tree.Stage())
        {
            await AddAsync(stage, "shard-000000.tar", Bytes(100_000));
            await AddAsync(stage, "metadata/shard-000000.parquet", Bytes(10));
            await AddAsync(stage, "empty.txt", []);
            Assert.Empty(await ListAsync(""));
            Assert.Null(await Tree.OpenReadAsync("shard-000000.tar", default));
            Assert.Null(await Tree.FindLengthAsync("shard-000000.tar", default));

            await stage.PublishAsync(default);
        }

        Assert.Equal(["empty.txt", "metadata/shard-000000.parquet", "shard-000000.tar"], await ListAsync(""));
        Assert.Equal(["metadata/shard-000000.parquet"], await ListAsync("metadata/"));
        Assert.Equal((100_000L, 10L, 0L), (await LengthAsync("shard-000000.tar"), await LengthAsync("metadata/shard-000000.parquet"), await LengthAsync("empty.txt")));
        Assert.Equal(Bytes(100_000), await Tree.ReadAsync("shard-000000.tar", default));
    }

    [Fact]
    public async Task Publish_InPlaceOfAFile_ShowsOneOrTheOther()
    {
        await Tree.WriteAsync("index.json", "old", default);
        await using var stage = Tree.Stage();
        await AddAsync(stage, "index.json", "the new one"u8.ToArray());
        Assert.Equal("old"u8.ToArray(), await Tree.ReadAsync("index.json", default));

        await stage.PublishAsync(default);

        Assert.Equal("the new one"u8.ToArray(), await Tree.ReadAsync("index.json", default));
    }

    // Longer than one block, in pieces of all sizes, by both ways of writing.
    [Fact]
    public async Task Write_MuchInPieces_IsReadBack()
    {
        var content = Bytes(11_000_000);
        await using var stage = Tree.Stage();
        await using (var stream = await stage.CreateAsync("big.tar", default))
        {
            var random = new Random(5);
            for (var place = 0; place < content.Length;)
            {
                var piece = content.AsMemory(place, Math.Min(content.Length - place, random.Next(1, 300_000)));
                if (random.Next(2) == 0)
                {
                    await stream.WriteAsync(piece);
                }
                else
                {
#pragma warning disable CA1849 // Some writers of formats write so.
                    stream.Write(piece.Span);
#pragma warning restore CA1849
                }

                place += piece.Length;
            }
        }

        await stage.PublishAsync(default);

        Assert.Equal(Hash(content), Hash((await Tree.ReadAsync("big.tar", default))!));
    }

    [Fact]
    public async Task Stage_NotPublished_LeavesNothing()
    {
        await using (var stage = Tree.Stage())
        {
            await AddAsync(stage, "a/b.txt", Bytes(10));
        }

        Assert.Empty(await ListAsync(""));
        await Tree.WriteAsync("a/b.txt", Bytes(20), default);
        Assert.Equal(20, await LengthAsync("a/b.txt"));
    }

    [Fact]
    public async Task Stages_SideBySide_DoNotTouchEachOther()
    {
        await using var first = Tree.Stage();
        await AddAsync(first, "one.txt", Bytes(10));
        await using (var second = Tree.Stage())
        {
            await AddAsync(second, "two.txt", Bytes(20));
        }

        await first.PublishAsync(default);

        Assert.Equal(["one.txt"], await ListAsync(""));
    }

    [Fact]
    public async Task Remove_TakesAFileAway_AndOneThatIsNotThereIsNone()
    {
        await Tree.WriteAsync("a.txt", "a", default);

        await Tree.RemoveAsync("a.txt", default);
        await Tree.RemoveAsync("a.txt", default);

        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task Lock_IsOnesAtATime_AndNoFileOfTheTree()
    {
        await using (var held = await Tree.TryLockAsync(TimeSpan.Zero, default))
        {
            Assert.NotNull(held);
            Assert.False(held.Lost.IsCancellationRequested);
            Assert.Null(await Tree.TryLockAsync(TimeSpan.Zero, default));
            Assert.Empty(await ListAsync(""));
        }

        await using var again = await Tree.TryLockAsync(TimeSpan.Zero, default);
        Assert.NotNull(again);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData(".partial/x")]
    public async Task AnyCall_WithAHostilePath_IsRefused(string path)
    {
        await using var stage = Tree.Stage();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.CreateAsync(path, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Tree.OpenReadAsync(path, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Tree.RemoveAsync(path, default));
    }

    private protected abstract Task<IFileTree> OpenAsync();

    private protected static async Task AddAsync(IFileTreeStage stage, string path, byte[] content)
    {
        await using var stream = await stage.CreateAsync(path, default);
        await stream.WriteAsync(content);
    }

    private protected static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private protected async Task<List<string>> ListAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (var file in Tree.ListAsync(prefix, default))
        {
            names.Add(file.Name);
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }

    private Task<long?> LengthAsync(string path) => Tree.FindLengthAsync(path, default);
}
