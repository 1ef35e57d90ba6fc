using SdFleet.TestServers;

namespace SdFleet.Repository.Tests;

public sealed class LayoutTests
{
    private static readonly string[] TopLevel = ["Makefile", "README.md", "SdFleet.sln", "docker", "helm", "infra", "src", "tests"];

    [Fact]
    public async Task TopLevel_HoldsOnlyWhatItShould()
    {
        if (!Path.Exists(RepositoryFolder.Combine(".git")))
        {
            return; // An unpacked archive: there is nobody to ask what belongs to it.
        }

        var listed = await ChildProcess.RunAsync(RepositoryFolder.Root, "git", ["-c", "safe.directory=*", "ls-files", "-z"]);
        var entries = listed.Succeeded().Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(file => file.Split('/')[0])
            .Where(entry => !entry.StartsWith('.'))
            .Distinct(StringComparer.Ordinal);

        Assert.Empty(entries.Except(TopLevel));
    }

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void Solution_HoldsEveryProject(string folder)
    {
        var solution = File.ReadAllText(RepositoryFolder.Combine("SdFleet.sln")).Replace('\\', '/');

        var absent = ProjectFile.InFolder(folder)
            .Select(project => Path.GetRelativePath(RepositoryFolder.Root, project.Path).Replace('\\', '/'))
            .Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal));

        Assert.Empty(absent);
    }

    [Fact]
    public void Rooms_EachHaveATestProject()
    {
        var tests = ProjectFile.InFolder("tests").Select(project => project.Name).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(ProjectFile.InFolder("src").Select(project => project.Name + ".Tests").Except(tests));
    }
}
