using SdFleet.Storage;

namespace SdFleet.Worker.Models;

/// <summary>Settings under <c>SdFleet:ModelSource</c>: which model <c>fetch-model</c> fetches, and where to.</summary>
internal sealed class ModelSourceOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:ModelSource";

    /// <summary>Where models are kept; the same settings as <c>SdFleet:Artifacts</c>.</summary>
    public ArtifactStoreOptions Store { get; set; } = new();

    /// <summary>The model's folder in that store.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>The model's digest, as <c>sdfleet models inspect</c> prints it.</summary>
    public string Digest { get; set; } = "";

    /// <summary>Local folder that models are fetched into; each lands in a folder named by its digest.</summary>
    public string Folder { get; set; } = "";

    internal static IEnumerable<string> Validate(ModelSourceOptions options)
    {
        if (options.Prefix.Length == 0 || !ArtifactNames.IsValid(options.Prefix))
        {
            yield return $"{SectionName}:Prefix is \"{options.Prefix}\": the model's folder in the store, such as models/sd15";
        }

        if (!WorkerOptions.IsDigest(options.Digest))
        {
            yield return $"{SectionName}:Digest is \"{options.Digest}\": 64 digits of 0-9 and a-f (sdfleet models inspect prints it)";
        }

        if (options.Folder.Length == 0)
        {
            yield return $"{SectionName}:Folder is empty: the local folder that models are fetched into";
        }
    }
}
