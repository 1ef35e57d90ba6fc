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

    public override Task DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return Task.CompletedTask;
    }

    private string Root => Path.Combine(_root, "tree");

    private protected override Task<IFileTree> OpenAsync() => Task.FromResult(FileTrees.Folder(Root));
}
