namespace SdFleet.ShapesModel.Tests;

public sealed class ShapesModelFolderTests
{
    [Fact]
    public void Path_InAnyProgram_IsBesideIt()
    {
        Assert.StartsWith(AppContext.BaseDirectory, ShapesModelFolder.Path, StringComparison.Ordinal);
        Assert.EndsWith(Path.Combine("models", "shapes"), ShapesModelFolder.Path, StringComparison.Ordinal);
    }
}
