using SdFleet.Cli.Models;
using SdFleet.Diffusion;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Cli.Doctor;

/// <summary>The model folders that are configured here.</summary>
internal static class ModelChecks
{
    public static async IAsyncEnumerable<Finding> RunAsync(
        ModelCatalog models, DoctorOptions options, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var looked = 0;
        foreach (var name in models.Specs.Keys.Order(StringComparer.Ordinal))
        {
            if (models.Find(name)!.Path is { } folder)
            {
                looked++;
                // Without a limit of time: weights of some gigabytes take theirs.
                yield return await Checks.TryAsync("models", Timeout.InfiniteTimeSpan, token => LookAsync(name, folder, options, token), cancellationToken);
            }
        }

        if (looked == 0)
        {
            yield return new Finding("models", FindingState.Skipped, "no Path is configured here, as it is for workers");
        }
    }

    private static async Task<Finding> LookAsync(string name, string folder, DoctorOptions options, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            return new Finding("models", FindingState.Fail, $"{name}: there is no folder {folder}", "Correct its Path, or mount the volume with the weights.");
        }

        try
        {
            await new ModelInspection(folder, TextWriter.Null).ReadAsync(options.LoadsModels, cancellationToken);
            return new Finding("models", FindingState.Ok, $"{name}: {folder} {(options.LoadsModels ? "was loaded" : "fits by its files (--load-models tries)")}");
        }
        catch (ModelFormatException e)
        {
            return new Finding(
                "models",
                FindingState.Fail,
                $"{name}: {e.File}: expected {e.Expected}, found {e.Found}",
                "Export the model again, or name another folder; \"sdfleet models inspect\" says more.");
        }
    }
}
