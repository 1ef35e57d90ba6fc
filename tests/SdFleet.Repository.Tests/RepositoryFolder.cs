namespace SdFleet.Repository.Tests;

/// <summary>Finds this repository from the folder the tests run in; paths in the compiled code are mapped away in CI.</summary>
internal static class RepositoryFolder
{
    public static string Path { get; } = Find();

    public static string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "SdFleet.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"SdFleet.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
