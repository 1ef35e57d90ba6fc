using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.Storage.Inputs;

/// <summary>Whether the pictures that a job begins with are there.</summary>
public static class InputCheck
{
    /// <summary>
    /// A picture that was neither uploaded nor used for so long is renewed when a job names it. Those that nobody uses are kept longer, by so
    /// much at least: that is how long a job may take from the look for its pictures until the job store has it.
    /// </summary>
    public static readonly TimeSpan RenewAfter = TimeSpan.FromHours(12);

    /// <summary>Looks for each picture that a job needs among those that its tenant uploaded; it counts as used then.</summary>
    /// <param name="artifacts">The store.</param>
    /// <param name="job">The job.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>An error for each that is not there; none for text to image, for which nothing is asked.</returns>
    /// <exception cref="ArtifactStoreException">The store does not answer.</exception>
    public static Task<IReadOnlyList<FieldError>> FindMissingInputsAsync(this IArtifactStore artifacts, ResolvedJob job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return artifacts.FindMissingInputsAsync(job.Tenant, job.Recipe, now, cancellationToken);
    }

    /// <summary>The same for a tenant's recipe.</summary>
    public static async Task<IReadOnlyList<FieldError>> FindMissingInputsAsync(
        this IArtifactStore artifacts, string tenant, Recipe recipe, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        var missing = new List<FieldError>();
        foreach (var input in RecipeInput.Of(recipe))
        {
            if (!await artifacts.RenewAsync(ArtifactName.ForInput(tenant, input.Sha256), now - RenewAfter, cancellationToken).ConfigureAwait(false))
            {
                missing.Add(Missing(input, tenant));
            }
        }

        if (missing.Count > 0)
        {
            // A share that is not mounted has nothing: only a store that is well can say that something is not there.
            await artifacts.PingAsync(cancellationToken).ConfigureAwait(false);
        }

        return missing;
    }

    /// <summary>The error of a picture that is not there.</summary>
    public static FieldError Missing(RecipeInput input, string tenant)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new FieldError(input.Field, $"\"{input.Sha256}\"", $"the SHA-256 of a picture that tenant {tenant} has uploaded (POST /v1/inputs)");
    }
}
