namespace SdFleet.TestServers;

/// <summary>Finds this repository from the folder the tests run in; paths in the compiled code are mapped away in CI.</summary>
public static class RepositoryFolder
{
    public static string Root { get; } = Find();

    public static string Combine(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SdFleet.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"SdFleet.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
