using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Validation;

namespace SdFleet.Storage;

/// <summary>Where the fleet writes exports: beside a batch's pictures, and below <see cref="ArtifactStoreOptions.ExportPlaces"/>.</summary>
public static class ExportPlaces
{
    /// <summary>What stands for the tenant's name in an allowed place.</summary>
    public const string TenantMark = "{tenant}";

    /// <summary>Opens the place of an export.</summary>
    /// <param name="store">The artifact store, whose account it is.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="export">Which of its exports.</param>
    /// <param name="place">What was asked for, and is allowed (<see cref="Check"/>); null for beside the pictures.</param>
    /// <exception cref="ArtifactStoreException">It is no place.</exception>
    public static IFileTree Open(ArtifactStoreOptions store, Guid batch, string export, string? place) =>
        place is null ? FileTrees.Within(store, ArtifactName.ExportRoot(batch, export)) : FileTrees.Open(place, store);

    /// <summary>What is wrong with a place that a tenant asks for, or null where it is allowed.</summary>
    public static FieldError? Check(ArtifactStoreOptions store, string tenant, string place)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(place);

        // A name that is no part of a path gets nowhere with it.
        var allowed = ArtifactNames.IsValid(tenant) && !tenant.Contains('/', StringComparison.Ordinal)
            ? store.ExportPlaces.Select(a => a.TrimEnd('/').Replace(TenantMark, tenant, StringComparison.Ordinal)).ToList()
            : [];
        if (allowed.Exists(a => IsWithin(place, a)))
        {
            return null;
        }

        return new FieldError(
            "place",
            Shown(place),
            allowed.Count == 0
                ? "left out, as this fleet writes exports beside its pictures only (SdFleet:Artifacts:ExportPlaces allows no other place)"
                : $"{string.Join(" or ", allowed)}, or a place below it (SdFleet:Artifacts:ExportPlaces)");
    }

    /// <summary>What is wrong with an allowed place, in words that follow its name, or null.</summary>
    internal static string? FaultOf(string allowed, ArtifactStoreOptions store)
    {
        var place = allowed.TrimEnd('/').Replace(TenantMark, "tenant", StringComparison.Ordinal);
        if (place.StartsWith(FileTrees.BlobScheme, StringComparison.Ordinal))
        {
            var container = allowed[FileTrees.BlobScheme.Length..].Split('/')[0];
            if (!ArtifactStoreOptionsValidator.IsContainerName(container) || !IsPlain(place))
            {
                return $"is no place in a container: it looks like {FileTrees.BlobScheme}container/folder, where {TenantMark} may stand for a folder";
            }

            if (string.IsNullOrWhiteSpace(store.ConnectionString) && string.IsNullOrWhiteSpace(store.ServiceUri))
            {
                return $"is {allowed}, and no storage account is named: set {nameof(store.ConnectionString)} or {nameof(store.ServiceUri)} beside it";
            }

            return store.Kind == ArtifactStoreKind.AzureBlob && container == store.Container
                ? $"is {allowed}, in the container of the pictures: name another container"
                : null;
        }

        if (!Path.IsPathFullyQualified(place) || Path.GetFullPath(place) != place)
        {
            return $"is neither {FileTrees.BlobScheme}container/folder nor the full path of a folder, without \"..\"";
        }

        return store is { Kind: ArtifactStoreKind.Folder, Path: { Length: > 0 } path } && Path.GetFullPath(path).TrimEnd('/') is var own &&
            (place == own || place.StartsWith(own + "/", StringComparison.Ordinal) || own.StartsWith(place + "/", StringComparison.Ordinal))
            ? $"is {allowed}, which has a folder in common with the pictures in {own}: name another one"
            : null;
    }

    private static bool IsWithin(string place, string allowed) =>
        place == allowed || (place.StartsWith(allowed + "/", StringComparison.Ordinal) && ArtifactNames.IsValid(place.AsSpan(allowed.Length + 1)));

    // Anything but a plain address may hold a key, and is not repeated.
    private static string Shown(string place) => IsPlain(place) ? $"\"{place}\"" : "no plain address of a container or folder";

    private static bool IsPlain(string place) => place.StartsWith(FileTrees.BlobScheme, StringComparison.Ordinal)
        ? ArtifactNames.IsValid(place.AsSpan(FileTrees.BlobScheme.Length))
        : place.StartsWith('/') && ArtifactNames.IsValid(place.AsSpan(1));
}
