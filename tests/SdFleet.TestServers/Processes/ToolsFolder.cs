namespace SdFleet.TestServers;

/// <summary>The programs and libraries from npm that tests check with, which <c>infra/tools/install.sh</c> installs, once.</summary>
public static class ToolsFolder
{
    private static readonly Lazy<Task<string>> Installed = new(async () =>
        (await ChildProcess.RunAsync(RepositoryFolder.Root, "bash", [RepositoryFolder.Combine("infra", "tools", "install.sh")])).Succeeded().Trim());

    /// <summary>The folder, which has a <c>node_modules</c>.</summary>
    public static Task<string> GetAsync() => Installed.Value;
}
