using SdFleet.Cli.Output;
using SdFleet.Storage;

namespace SdFleet.Cli.Datasets;

/// <summary>Where an export lies, as it is typed.</summary>
internal static class DatasetPlace
{
    public const string Form = "DIR|azure://CONTAINER/PREFIX";

    // The names under which a service of the fleet takes them: a secret has no place in a command line.
    private const string Variables = "SdFleet__Artifacts__";

    /// <param name="address">A folder's path, or <c>azure://container/prefix</c> in the account that the environment names.</param>
    /// <param name="console">Knows the environment.</param>
    public static IFileTree Open(string address, CliConsole console) => FileTrees.Open(address, new ArtifactStoreOptions
    {
        ConnectionString = console.Environment(Variables + nameof(ArtifactStoreOptions.ConnectionString)),
        ServiceUri = console.Environment(Variables + nameof(ArtifactStoreOptions.ServiceUri)),
    });
}
