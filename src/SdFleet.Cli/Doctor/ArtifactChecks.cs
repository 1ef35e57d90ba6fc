using SdFleet.Storage;

namespace SdFleet.Cli.Doctor;

/// <summary>The artifact store.</summary>
internal static class ArtifactChecks
{
    public static Task<Finding> RunAsync(ArtifactStoreOptions artifacts, DoctorOptions options, CancellationToken cancellationToken) =>
        Checks.TryAsync("artifacts", options.Patience, async token =>
        {
            var found = await ArtifactStores.InspectAsync(artifacts, options.Writes, token);
            var what = artifacts.Kind == ArtifactStoreKind.Folder ? "folder" : "container";
            if (!found.Exists)
            {
                return new Finding(
                    "artifacts",
                    FindingState.Warn,
                    $"{found.Place}: there is no such {what}",
                    $"Start a service of the fleet, which makes it; where it may not, make the {what} by hand.");
            }

            var does = options.Writes ? "creates, refuses to replace, reads and lists" : "is there; nothing was written (--no-writes)";
            return found.Flaw is { } flaw
                ? new Finding("artifacts", FindingState.Fail, $"{found.Place}: {flaw}", "This is not a store that the fleet can use.")
                : new Finding("artifacts", FindingState.Ok, $"{found.Place}: {does}");
        }, cancellationToken);
}
