using SdFleet.Diffusion.Pipelines;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>Whether the family lies beside the programs as whole folders, and small enough to be bundled.</summary>
public sealed class FamilyFolderTests
{
    private const long MaxBytes = 40_000_000;

    public static TheoryData<string> Names => [.. ShapesModelFolder.ByName.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Folder_IsAWholeModel(string name)
    {
        using var pipeline = StableDiffusionPipeline.Load(ShapesModelFolder.ByName[name]);

        Assert.Contains("unet", pipeline.Info.Components.Keys);
        Assert.True(File.Exists(Path.Combine(ShapesModelFolder.ByName[name], "README.md")));
    }

    // What members share lies in the repository once, so the sum is over different files.
    [Fact]
    public void Family_IsSmall()
    {
        var files = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "models"), "*", SearchOption.AllDirectories)
            .DistinctBy(file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))));

        Assert.InRange(files.Sum(file => new FileInfo(file).Length), 15_000_000, MaxBytes);
    }
}
