using System.Text.RegularExpressions;
using SdFleet.TestServers;

namespace SdFleet.Repository.Tests;

/// <summary>The rooms of the design, the arrows between them, and which room may touch which neighbour.</summary>
public sealed class RoomsTests
{
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Contracts"] = [],
        ["Diffusion"] = ["Diffusion.Imaging"],
        ["Diffusion.Imaging"] = [],
        ["ShapesModel"] = [],
        ["Storage"] = ["Contracts"],
        ["JobStore"] = ["Contracts"],
        ["Hosting"] = ["Contracts"],
        ["Api"] = ["Contracts", "Hosting", "JobStore", "Storage"],
        ["Coordinator"] = ["Contracts", "Diffusion.Imaging", "Hosting", "JobStore", "Storage"],
        ["Worker"] = ["Contracts", "Diffusion", "Diffusion.Imaging", "Hosting", "Storage"],
        ["Cli"] = ["Api", "Contracts", "Coordinator", "Diffusion", "Diffusion.Imaging", "Hosting", "JobStore", "ShapesModel", "Storage", "Worker"],
    };

    private static readonly IReadOnlyList<ProjectFile> Projects = ProjectFile.InFolder("src");

    public static TheoryData<string> Rooms => [.. Arrows.Keys];

    [Fact]
    public void Source_HoldsExactlyTheRooms()
    {
        Assert.Equal(Arrows.Keys.Select(Full).Order(StringComparer.Ordinal), Projects.Select(project => project.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_NamesExactlyItsNeighbours(string room)
    {
        Assert.Equal(Arrows[room].Select(Full).Order(StringComparer.Ordinal), Project(room).Projects.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("^MassTransit", "Hosting", "Api", "Coordinator", "Worker")]
    [InlineData("^(Npgsql|Dapper|Microsoft\\.Data\\.Sqlite|SQLitePCLRaw)", "JobStore")]
    [InlineData("OnnxRuntime", "Diffusion")]
    [InlineData("^Azure\\.", "Storage")]
    [InlineData("^OpenTelemetry", "Hosting")]
    public void Package_IsNamedOnlyWhereItBelongs(string package, params string[] rooms)
    {
        var named = Projects.Where(project => project.Packages.Any(name => Regex.IsMatch(name, package))).Select(project => project.Name);

        Assert.Empty(named.Except(rooms.Select(Full)));
    }

    [Fact]
    public void Contracts_NamesNoPackage() => Assert.Empty(Project("Contracts").Packages);

    [Fact]
    public void MassTransit_IsUsedOnlyInHostingAndByConsumers()
    {
        var strangers = Uses(@"^\s*(global )?using (static )?(\w+ = )?MassTransit\b")
            .Where(file => !file.StartsWith("SdFleet.Hosting/", StringComparison.Ordinal))
            .Where(file => !file.Split('/').SkipLast(1).Any(folder => folder is "Consumers" or "Hosting"));

        Assert.Empty(strangers);
    }

    [Fact]
    public void OnnxRuntime_IsUsedOnlyInItsFolder()
    {
        var strangers = Uses(@"\bMicrosoft\.ML\.OnnxRuntime\b").Where(file => !file.StartsWith("SdFleet.Diffusion/Onnx/", StringComparison.Ordinal));

        Assert.Empty(strangers);
    }

    [Fact]
    public void Databases_AreUsedOnlyInTheJobStore()
    {
        var strangers = Uses(@"^\s*(global )?using (static )?(\w+ = )?(Npgsql|Dapper|Microsoft\.Data\.Sqlite)\b")
            .Where(file => !file.StartsWith("SdFleet.JobStore/", StringComparison.Ordinal));

        Assert.Empty(strangers);
    }

    [Fact]
    public void Azure_IsUsedOnlyInStorage()
    {
        var strangers = Uses(@"^\s*(global )?using (static )?(\w+ = )?Azure\b")
            .Where(file => !file.StartsWith("SdFleet.Storage/", StringComparison.Ordinal));

        Assert.Empty(strangers);
    }

    // Files under src with a line that matches, as paths with forward slashes.
    private static IEnumerable<string> Uses(string pattern)
    {
        var regex = new Regex(pattern, RegexOptions.Multiline);
        return Projects
            .SelectMany(project => project.Sources())
            .Where(file => regex.IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(RepositoryFolder.Combine("src"), file).Replace('\\', '/'));
    }

    private static ProjectFile Project(string room) => Projects.Single(project => project.Name == Full(room));

    private static string Full(string room) => "SdFleet." + room;
}
