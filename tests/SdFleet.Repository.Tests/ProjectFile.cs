using System.Xml.Linq;
using SdFleet.TestServers;

namespace SdFleet.Repository.Tests;

/// <summary>What a project file itself says: the arrows and the packages it names.</summary>
internal sealed record ProjectFile(string Name, string Path, IReadOnlySet<string> Projects, IReadOnlySet<string> Packages)
{
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public static IReadOnlyList<ProjectFile> InFolder(string folder) =>
        [.. Directory.EnumerateDirectories(RepositoryFolder.Combine(folder))
            .SelectMany(project => Directory.EnumerateFiles(project, "*.csproj"))
            .Order(StringComparer.Ordinal)
            .Select(Read)];

    /// <summary>The project's own C# files, without what the build wrote.</summary>
    public IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !IsBuildOutput(System.IO.Path.GetRelativePath(Folder, file)));

    private static bool IsBuildOutput(string relativePath) =>
        relativePath.Split(System.IO.Path.DirectorySeparatorChar)[0] is "bin" or "obj";

    private static ProjectFile Read(string path)
    {
        var root = XDocument.Load(path).Root!;
        return new ProjectFile(
            System.IO.Path.GetFileNameWithoutExtension(path),
            path,
            Includes(root, "ProjectReference").Select(FileName).ToHashSet(StringComparer.Ordinal),
            Includes(root, "PackageReference").ToHashSet(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Includes(XElement root, string item) =>
        root.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();

    private static string FileName(string reference) =>
        System.IO.Path.GetFileNameWithoutExtension(reference.Replace('\\', '/'));
}
