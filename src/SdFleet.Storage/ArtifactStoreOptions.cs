namespace SdFleet.Storage;

/// <summary>Configuration of the artifact store.</summary>
public sealed class ArtifactStoreOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Artifacts";

    /// <summary>Where artifacts are kept. Default <see cref="ArtifactStoreKind.Folder"/>.</summary>
    public ArtifactStoreKind Kind { get; set; } = ArtifactStoreKind.Folder;

    /// <summary>The folder, for <see cref="ArtifactStoreKind.Folder"/>; made where it is missing. Default <c>artifacts</c>.</summary>
    public string? Path { get; set; } = "artifacts";

    /// <summary>Azure Storage connection string, for <see cref="ArtifactStoreKind.AzureBlob"/>. Either this or <see cref="ServiceUri"/>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Address of the account's blob service, for <see cref="ArtifactStoreKind.AzureBlob"/>: with a shared access signature, or
    /// without, and then the program's own identity (workload identity, managed identity) signs in.
    /// </summary>
    public string? ServiceUri { get; set; }

    /// <summary>The container; made where it is missing. Default <c>sdfleet</c>.</summary>
    public string? Container { get; set; } = "sdfleet";

    /// <summary>
    /// Places below which the fleet may be asked to write exports, beside its pictures: <c>azure://container/folder</c> of the same account,
    /// or a folder's full path, in which <c>{tenant}</c> stands for the tenant's name. None by default.
    /// </summary>
    public IList<string> ExportPlaces { get; init; } = [];
}
