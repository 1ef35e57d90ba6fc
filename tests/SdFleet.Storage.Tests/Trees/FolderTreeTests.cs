namespace SdFleet.Storage.Tests.Trees;

public sealed class FolderTreeTests : FileTreeTests
{
    private readonly string _root = Directory.CreateTempSubdirectory("sdfleet-tree-").FullName;

    [Fact]
    public async Task Clear_TakesAwayWhatAKilledRunHadBegun()
    {
        Directory.CreateDirectory(Path.Combine(Root, ".partial", "0123"));
        await File.WriteAllTextAsync(Path.Combine(Root, ".partial", "0123", "x.tar"), "half");
        Assert.Empty(await ListAsync(""));

        await Tree.ClearAsync(default);

        Assert.Empty(Directory.GetFileSystemEntries(Root));
    }

    // One that ends takes the folder of all away where it is empty, perhaps while another makes its own in it.
    [Fact]
    public async Task Stages_OfSeveralAtOnce_DoNotTakeEachOthersFolders()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                await using var stage = Tree.Stage();
                await using var file = await stage.CreateAsync($"{n}.txt", default);
            }
        })));

        Assert.Empty(await ListAsync(""));
    }

    public override Task DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return Task.CompletedTask;
    }

    private string Root => Path.Combine(_root, "tree");

    private protected override Task<IFileTree> OpenAsync() => Task.FromResult(FileTrees.Folder(Root));
}
