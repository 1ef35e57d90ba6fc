using SdFleet.TestServers;

namespace SdFleet.Repository.Tests;

public sealed class BuildTests
{
    // The switch that makes an undeclared use of a room a compiler error; a project file could quietly turn it off.
    [Theory]
    [InlineData("src/SdFleet.Cli/SdFleet.Cli.csproj")]
    [InlineData("tests/SdFleet.Fleet.Tests/SdFleet.Fleet.Tests.csproj")]
    public async Task Projects_SeeOnlyTheRoomsTheyName(string project)
    {
        var asked = await ChildProcess.RunAsync(RepositoryFolder.Root, "dotnet", ["msbuild", project, "-nologo", "-getProperty:DisableTransitiveProjectReferences"]);

        Assert.Equal("true", asked.Succeeded().Trim());
    }

    [Fact]
    public void Projects_LeaveSharedRulesAlone()
    {
        var shared = new[] { "DisableTransitiveProjectReferences", "TreatWarningsAsErrors", "Nullable", "TargetFramework" };

        var overriding = ProjectFile.InFolder("src").Concat(ProjectFile.InFolder("tests"))
            .Where(project => shared.Any(rule => File.ReadAllText(project.Path).Contains($"<{rule}>", StringComparison.Ordinal)))
            .Select(project => project.Name);

        Assert.Empty(overriding);
    }
}
